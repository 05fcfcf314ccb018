#include "delivery/lmtp_out.hpp"

#include "dialogue/lmtp_dialogue.hpp"
#include "net/deadlines.hpp"
#include "net/stream.hpp"
#include "wire/content_end.hpp"
#include "wire/line_splitter.hpp"

namespace postern::delivery {
namespace {

constexpr Duration connect_limit = std::chrono::seconds(30);
constexpr Duration reply_limit = std::chrono::minutes(5);  // RFC 5321 section 4.5.3.2
constexpr std::size_t line_limit = 4096;

class LmtpClient : private net::Deadline {
 public:
  LmtpClient(net::EventLoop& loop, net::Socket socket, store::Spool const& spool,
             dialogue::LmtpDialogue dialogue, MessageId id)
      : Deadline(loop.deadlines()),
        stream_(std::move(socket)),
        spool_(spool),
        dialogue_(std::move(dialogue)),
        id_(id) {}

  // Why it ended early; empty: it did not.
  net::Task<std::string> talk() {
    while (!dialogue_.done()) {
      if (dialogue_.wants_content()) {
        auto const problem = co_await send_content();
        if (!problem.empty()) co_return problem;
        dialogue_.on_content_sent();
        continue;
      }
      auto problem = co_await send(dialogue_.take_output());
      if (!problem.empty()) co_return problem;
      problem = co_await read_reply();
      if (!problem.empty()) co_return problem;
    }
    co_await send(dialogue_.take_output());
    stream_.close();
    co_return std::string();
  }

  dialogue::LmtpDialogue const& dialogue() const { return dialogue_; }

 private:
  void expire() override { stream_.cut(); }

  net::Task<std::string> send(std::string bytes) {
    if (bytes.empty()) co_return std::string();
    in(reply_limit);
    auto const written = co_await stream_.write(std::move(bytes));
    co_return written ? std::string() : why(written.error());
  }

  net::Task<std::string> send_content() {
    wire::DotStuffer stuffer;
    std::string bytes;
    for (std::size_t i = 0;; ++i) {
      auto const chunk = spool_.read_chunk(id_, i);
      if (!chunk) co_return std::string("the message cannot be read from the spool");
      if (!*chunk) break;
      bytes.clear();
      stuffer.feed(**chunk, bytes);
      auto problem = co_await send(bytes);
      if (!problem.empty()) co_return problem;
    }
    bytes.clear();
    stuffer.finish(bytes);
    co_return co_await send(bytes);
  }

  net::Task<std::string> read_reply() {
    for (;;) {
      while (auto const line = lines_.next()) {
        if (line->end == wire::LineEnd::too_long) co_return std::string("an endless reply line");
        auto reply = reader_.on_line(line->text);
        if (!reply) co_return std::string("a reply that is none");
        if (!*reply) continue;
        dialogue_.on_reply(**reply);
        co_return std::string();
      }
      in(reply_limit);
      auto const ready = co_await stream_.readable();
      if (!ready) co_return why(ready.error());
      auto const count = stream_.read_now(lines_.room());
      if (!count) co_return why(count.error());
      lines_.filled(*count);
    }
  }

  std::string why(net::IoError const& error) const { return passed() ? "no answer in time" : error.print(); }

  net::Stream stream_;
  store::Spool const& spool_;
  dialogue::LmtpDialogue dialogue_;
  MessageId id_;
  wire::LineSplitter lines_{line_limit};
  wire::ReplyReader reader_;
};

}  // namespace

net::Task<std::vector<RecipientOutcome>> deliver_by_lmtp(net::EventLoop& loop, store::Spool const& spool,
                                                         net::Target target, std::string hostname,
                                                         Attempt attempt) {
  auto const& envelope = attempt.envelope;
  std::string const remote = print(target);
  auto socket = co_await net::connect(target, connect_limit);
  if (!socket) co_return same_for_all(attempt, {451, {4, 4, 1}, remote + ": " + socket.error().print()});
  dialogue::LmtpMessage message{envelope.reverse_path, {}, envelope.size, envelope.body, envelope.smtputf8};
  for (auto recipient : attempt.recipients)
    message.recipients.push_back(envelope.recipients[recipient].address);
  LmtpClient client(loop, std::move(*socket), spool,
                    dialogue::LmtpDialogue(std::move(hostname), std::move(message)), attempt.id);
  auto const problem = co_await client.talk();
  wire::Reply const unanswered{451, {4, 4, 2}, remote + ": " + problem};
  std::vector<RecipientOutcome> outcomes;
  auto const& replies = client.dialogue().replies();
  for (std::size_t i = 0; i < replies.size(); ++i)
    outcomes.push_back(
        outcome_of(attempt.recipients[i], replies[i].value_or(unanswered), replies[i] ? remote : ""));
  co_return outcomes;
}

}  // namespace postern::delivery
