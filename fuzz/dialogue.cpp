// The whole conversation: any bytes, every reply well formed, no state that should not be.
#include <algorithm>

#include "dialogue/server_dialogue.hpp"
#include "dialogue/transaction.hpp"
#include "expect.hpp"
#include "policy/decide.hpp"
#include "support/example_policy.hpp"

namespace {

using namespace postern;
using dialogue::Then;

class Client {
 public:
  Client() : dialogue_(settings(), policy(), {}) { step(dialogue_.greeting()); }

  void send(std::string_view bytes) {
    while (!bytes.empty() && !closed_) {
      auto const room = lines_.room();
      auto const count = std::min(room.size(), bytes.size());
      std::copy_n(bytes.begin(), count, room.begin());
      lines_.filled(count);
      bytes.remove_prefix(count);
      run();
    }
    dialogue_.on_end(policy::ConnectionEnd::lost, now_);
    collect();
    POSTERN_EXPECT(!dialogue_.in_transaction());
    POSTERN_EXPECT(accepted_ == stored_ && dialogue_.facts().connection.messages == stored_);
  }

 private:
  static dialogue::SmtpSettings const& settings() {
    static dialogue::SmtpSettings const settings = [] {
      dialogue::SmtpSettings s;
      s.max_recipients = 5;
      s.max_message_size = 5000;
      return s;
    }();
    return settings;
  }
  static policy::Policy const& policy() {
    static policy::Policy const policy = tests::example_policy();
    return policy;
  }

  void collect() {
    if (auto const finished = dialogue_.take_finished())
      accepted_ += finished->outcome == policy::Outcome::accepted;
  }

  void step(dialogue::Step next) {
    for (;;) {
      collect();
      if (next.reply) {
        auto const text = next.reply->print();
        POSTERN_EXPECT(text.size() > 5 && text.substr(text.size() - 2) == "\r\n");
        POSTERN_EXPECT(next.reply->code >= 200 && next.reply->code < 600);
      }
      switch (next.then) {
        case Then::ask_verdict:
          next = dialogue_.on_verdict(policy::decide(policy(), dialogue_.facts()));
          continue;
        case Then::store: {
          auto const envelope = dialogue::make_envelope(dialogue_.facts(), policy().directory, now_);
          POSTERN_EXPECT(!envelope.recipients.empty());
          POSTERN_EXPECT(wire::decode_envelope(wire::encode(envelope)).has_value());
          ++stored_;
          next = dialogue_.on_stored(dialogue::Stored::safe);
          continue;
        }
        case Then::ask_login:
          next = dialogue_.on_login(dialogue_.credentials().password == "secret");
          continue;
        case Then::start_tls: {
          lines_.consume(lines_.rest().size());
          POSTERN_EXPECT(dialogue_.on_tls_ready().code == 220);
          policy::TlsFacts tls;
          tls.state = policy::TlsState::established;
          next = dialogue_.on_tls(tls, now_);
          continue;
        }
        case Then::close: closed_ = true; break;
        case Then::read_line:
        case Then::read_content:
        case Then::read_chunk: break;
      }
      then_ = next.then;
      return;
    }
  }

  void run() {
    while (!closed_) {
      now_ += Duration(1);
      if (then_ == Then::read_line) {
        auto const line = lines_.next();
        if (!line) return;
        step(dialogue_.on_line(*line, now_));
        continue;
      }
      auto& content = dialogue_.content();
      std::string kept;
      lines_.consume(content.feed(lines_.rest(), kept));
      if (content.wants_more()) return;
      step(dialogue_.on_content());
    }
  }

  dialogue::ServerDialogue dialogue_;
  wire::LineSplitter lines_{1000};
  Instant now_ = from_micros(1);
  Then then_ = Then::read_line;
  bool closed_ = false;
  std::uint32_t accepted_ = 0;
  std::uint32_t stored_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Client().send({reinterpret_cast<char const*>(data), size});
  return 0;
}
