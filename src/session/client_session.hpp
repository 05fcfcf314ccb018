// Our side of a connection to another mail server: opens it, hands over messages one after the other, says
// goodbye. Waits, and knows no SMTP: that is dialogue/client_dialogue. Content that the server does not take
// as it is, is converted to 7 bits where that can be done; it is read twice before, in order to find out how,
// and how long it becomes. What is to be signed is read once more, and signed as it will leave
// (session/client_signing). Thread: its event loop. Memory: one piece of a message at a time. Stopping: every
// wait ends with its token.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dialogue/client_dialogue.hpp"
#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/stop_state.hpp"
#include "net/stream.hpp"
#include "net/tls_client.hpp"
#include "session/signature_cache.hpp"
#include "store/spool.hpp"
#include "wire/line_splitter.hpp"
#include "wire/reply.hpp"
#include "wire/seven_bit_plan.hpp"

namespace postern::session {

struct ClientTimeouts {                         // RFC 5321 section 4.5.3.2
  Duration connect = std::chrono::seconds(30);  // the system's would be minutes
  Duration handshake = std::chrono::seconds(60);
  Duration reply = std::chrono::minutes(5);
  Duration content = std::chrono::minutes(3);    // for each piece of it
  Duration accepted = std::chrono::minutes(10);  // for the reply to its end
};

struct ClientTlsOutcome {
  std::optional<net::TlsInfo> info;  // absent: no TLS
  net::ServerProof proof;
  std::string failure;    // why the handshake failed, or did not prove what it had to
  bool injected = false;  // something came between "220" and the handshake (RFC 3207 section 6)
};

class ClientSession : private net::Deadline {
 public:
  ClientSession(net::EventLoop& loop, net::Socket socket, dialogue::ClientSettings settings,
                std::shared_ptr<net::TlsClient const> tls, net::ClientTlsPlan plan, ClientTimeouts timeouts,
                net::StopToken stop = {});

  net::Task<void> open();  // until messages can be sent: usable(), or dialogue().problem()
  // The message `id` of the spool. What came of it: dialogue().replies().
  // `signatures` outlives the delivery.
  net::Task<void> deliver(store::Spool const* spool, MessageId id, dialogue::OutgoingMessage message,
                          SignatureCache* signatures);
  net::Task<void> close();  // with QUIT where that is possible

  bool usable() const { return dialogue_.next() == dialogue::Next::idle; }
  dialogue::ClientDialogue const& dialogue() const { return dialogue_; }
  ClientTlsOutcome const& tls() const { return tls_outcome_; }
  bool converted() const { return forms_.has_value(); }               // the message last delivered, to 7 bits
  std::string const& signed_as() const { return signature_.domain; }  // the same message; empty: it is not
  bool content_unreadable() const { return content_unreadable_; }     // ours to mend: the spool failed

 private:
  void expire() override { stream_.end_waits(); }
  net::Task<void> go_on();
  net::Task<void> exchange();
  net::Task<void> start_tls();
  using Piece = Result<std::optional<std::string>, store::SpoolError>;  // absent past the last
  Piece read_piece(std::size_t index, std::string const& top) const;
  net::Task<void> convert(dialogue::OutgoingMessage* message);
  net::Task<bool> plan_conversion(wire::SevenBitPlan* plan, std::string top);
  net::Task<std::optional<std::uint64_t>> converted_size(std::vector<wire::EntityForm> forms,
                                                         std::string top);
  net::Task<void> let_others_run();
  net::Task<void> sign(dialogue::OutgoingMessage* message, SignatureCache* signatures);
  net::Task<bool> make_signature(dialogue::OutgoingMessage const* message);
  void content_lost();
  net::Task<void> send_content();
  net::Task<bool> send(std::string bytes, Duration limit);
  net::Task<bool> read_reply();
  bool nothing_came_early();
  void lost(net::IoError const& error);

  net::EventLoop& loop_;
  net::StopToken stop_;
  net::Stream stream_;
  dialogue::ClientDialogue dialogue_;
  std::shared_ptr<net::TlsClient const> tls_;
  net::ClientTlsPlan plan_;
  ClientTimeouts timeouts_;
  store::Spool const* spool_ = nullptr;
  MessageId id_;
  std::optional<std::vector<wire::EntityForm>> forms_;  // of the message that is being converted
  auth::SignatureFields signature_;                     // of that message; empty: it leaves unsigned
  bool content_unreadable_ = false;
  ClientTlsOutcome tls_outcome_;
  wire::LineSplitter lines_{4096};
  wire::ReplyReader replies_;
};

}  // namespace postern::session
