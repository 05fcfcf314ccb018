// The management API, spoken over the control socket only (docs/operations.md): the queue, reports.
//   GET    /api/queue?after=ID          {"messages": [...], "next": ID or null}
//   GET    /api/queue/ID                one, with its header section
//   POST   /api/queue/ID/retry|hold|release, POST /api/queue/retry
//   POST   /api/queue/ID/move?to=ROUTE  along another way; none: back to the configured one
//   DELETE /api/queue/ID
//   GET    /api/destinations            {"destinations": [...]}: what waits for whom, and why
//   POST   /api/tlsrpt/send?day=DAY     sends that day's reports about TLS that have not been sent
//   POST   /api/notices/send?day=DAY    sends that day's notices about mail that rules acted on
//   POST   /api/memory/import           takes in what `postern memory import` has left
//   DELETE /api/memory/KIND/NAME        forgets
// Thread: the web loop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/message_id.hpp"
#include "policy/tls_memory.hpp"
#include "store/spool.hpp"
#include "web/destination_summary.hpp"
#include "web/http_server.hpp"

namespace postern::web {

// What the API does, to a server or to a test.
class Control {
 public:
  virtual ~Control() = default;

  virtual store::Spool& spool() = 0;
  virtual DestinationOf destination() = 0;  // by the configuration in force
  virtual std::vector<DestinationState> destinations() = 0;
  virtual void retry(MessageId id) = 0;
  virtual void retry_all() = 0;
  virtual std::string move(MessageId id, std::string const& route) = 0;  // what is wrong; empty: moved
  virtual void send_tls_reports(Instant day) = 0;
  virtual void send_notices(Instant day) = 0;
  virtual Result<std::size_t, std::string> take_imported_memory() = 0;               // how many entries
  virtual bool forget_memory(policy::MemoryKind kind, std::string const& name) = 0;  // whether it was there
};

HttpAnswer answer_api(Control& control, std::string_view method, std::string_view target);

}  // namespace postern::web
