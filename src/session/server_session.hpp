// One client's conversation: does what the dialogue says comes next, and only waits. Knows no SMTP.
// Thread: its event loop. Memory: while idle two coroutine frames and no buffer; a message on its way in has
// `chunk_size` bytes. Stopping: cut() ends every wait but the one for the spool, whose answer the reply
// depends on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/message_id.hpp"
#include "dialogue/server_dialogue.hpp"
#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "net/stop_state.hpp"
#include "net/stream.hpp"
#include "session/client_name.hpp"
#include "session/connection_opening.hpp"
#include "session/current_config.hpp"
#include "session/filtered_message.hpp"
#include "session/gate_config.hpp"
#include "session/gatekeeper.hpp"
#include "session/message_authentication.hpp"
#include "session/message_intake.hpp"
#include "session/sender_check.hpp"
#include "session/services.hpp"
#include "session/session.hpp"
#include "wire/line_splitter.hpp"

namespace postern::session {

class ServerSession : public Session, private net::Deadline {
 public:
  ServerSession(net::EventLoop& loop, net::Socket socket, net::Endpoint peer, ListenerConfig const& listener,
                CurrentConfig current, Services services);
  ~ServerSession() override;

  net::Task<void> converse() override;
  void drain() override;  // says 421 and ends as soon as no transaction is open
  void cut() override;

 private:
  enum class ReadResult : std::uint8_t { bytes, lost, late };

  net::Task<bool> open();                           // PROXY header, admission, implicit TLS: whether to go on
  bool turn_away(dialogue::Step const& last_word);  // false, for open()
  net::Task<dialogue::Step> next_line();
  net::Task<dialogue::Step> ask_verdict();
  net::Task<dialogue::Step> start_tls();  // at STARTTLS: 220 and begin_tls(), or 454
  net::Task<dialogue::Step> begin_tls();  // the handshake
  net::Task<dialogue::Step> ask_login();
  net::Task<dialogue::Step> pump();  // content
  net::Task<bool> filter();          // false: what has come cannot be read
  net::Task<dialogue::Step> store();
  net::Task<dialogue::Stored> store_filtered(wire::Envelope envelope);
  net::Task<void> authenticate();  // the content that has come
  net::Task<ReadResult> read();    // more bytes into lines_
  net::Task<bool> flush();

  void discard_early_bytes();  // those on the socket, too
  void recall();               // what is remembered, into the facts
  void begin_message();
  void drop_message();
  std::string trace() const;
  void record_transaction();
  void record_connection();
  dialogue::Step lost(ReadResult how);
  Duration limit(Duration usual) const;
  void expire() override { stream_.end_waits(); }

  // What has been reloaded. Between transactions nothing refers to the configuration but what is told of the
  // new one here.
  void take_config() {
    auto config = current_.get();
    if (config == config_) return;
    dialogue_.go_by(config->smtp, config->policy);
    gatekeeper_.go_by(config->policy);
    config_ = std::move(config);
  }

  net::EventLoop& loop_;
  net::StopState stop_;
  net::Stream stream_;
  ListenerConfig const& listener_;
  CurrentConfig current_;
  std::shared_ptr<GateConfig const> config_ = current_.get();  // taken anew between transactions
  Services services_;
  dialogue::ServerDialogue dialogue_;
  ConnectionOpening opening_;
  wire::LineSplitter lines_;
  std::string out_;  // replies not yet sent
  Gatekeeper gatekeeper_;
  ClientName name_;
  SenderCheck sender_check_;
  MessageAuthentication authentication_;
  std::string results_field_;  // Authentication-Results, for the message that is about to be stored
  MessageIntake intake_;
  // Of a message that filters look at: what intake_ has lies in the spool under an id of its own until then.
  std::unique_ptr<FilteredMessage> filtered_;
  bool draining_ = false;
  bool idle_ = false;  // waits for a command
};

}  // namespace postern::session
