#include "net/dns.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <thread>
#include <unordered_map>

#include "base/ascii.hpp"
#include "base/guarded.hpp"
#include "net/current_executor.hpp"
#include "net/posting.hpp"

namespace postern::net {
namespace {

constexpr int class_in = 1;
constexpr std::size_t waiting_limit = 50'000;

DnsAnswer failure(std::string problem) {
  DnsAnswer answer;
  answer.problem = std::move(problem);
  return answer;
}

DnsAnswer answer_of(int error, ub_result const* result) {
  if (error != 0 || result == nullptr) return failure(error != 0 ? ::ub_strerror(error) : "no answer");
  DnsAnswer answer;
  answer.secure = result->secure != 0;
  answer.bogus = result->bogus != 0;
  answer.canonical_name = lowered(result->canonname != nullptr ? result->canonname : result->qname);
  while (!answer.canonical_name.empty() && answer.canonical_name.back() == '.')
    answer.canonical_name.pop_back();
  answer.ttl = std::chrono::seconds(result->ttl);
  if (answer.bogus) {
    answer.problem = result->why_bogus != nullptr ? printable(result->why_bogus) : "DNSSEC validation failed";
    return answer;
  }
  if (result->rcode != 0 && result->rcode != 3) {
    answer.problem = "the name servers fail (response code " + std::to_string(result->rcode) + ")";
    return answer;
  }
  for (std::size_t i = 0; result->havedata != 0 && result->data[i] != nullptr; ++i)
    answer.records.emplace_back(result->data[i], static_cast<std::size_t>(result->len[i]));
  answer.status = !answer.records.empty() ? DnsStatus::found
                  : result->nxdomain != 0 ? DnsStatus::no_such_name
                                          : DnsStatus::no_data;
  return answer;
}

class UnboundDns : public Dns {
 public:
  explicit UnboundDns(ub_ctx* context) : context_(context), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    thread_ = std::thread([this] { run(); });
  }

  ~UnboundDns() override {
    stopping_ = true;
    wake();
    thread_.join();
    ::ub_ctx_delete(context_);
    ::close(wake_);
  }

  void ask(std::string name, wire::DnsType type, OnAnswer on_answer) override {
    auto question = std::make_unique<Question>(Question{this, std::move(name), type, std::move(on_answer)});
    if (auto questions = questions_.access(); questions->size() < waiting_limit) {
      questions->push_back(std::move(question));
    }
    if (question) return question->on_answer(failure("too many questions wait"));
    wake();
  }

 private:
  struct Question {
    UnboundDns* dns;
    std::string name;
    wire::DnsType type;
    OnAnswer on_answer;
  };

  void wake() {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = ::write(wake_, &one, sizeof one);
  }

  void run() {
    while (!stopping_) {
      std::array<pollfd, 2> fds{{{wake_, POLLIN, 0}, {::ub_fd(context_), POLLIN, 0}}};
      ::poll(fds.data(), fds.size(), -1);
      std::uint64_t drained = 0;
      [[maybe_unused]] auto const count = ::read(wake_, &drained, sizeof drained);
      ::ub_process(context_);
      std::deque<std::unique_ptr<Question>> questions;
      questions.swap(*questions_.access());
      for (auto& question : questions) begin(std::move(question));
    }
  }

  void begin(std::unique_ptr<Question> question) {
    auto* key = question.get();
    std::string const name = key->name;
    asked_[key] = std::move(question);
    int const status = ::ub_resolve_async(context_, name.c_str(), static_cast<int>(key->type), class_in, key,
                                          &UnboundDns::on_result, nullptr);
    if (status != 0) finish(key, failure(::ub_strerror(status)));
  }

  static void on_result(void* data, int error, ub_result* result) {
    auto* question = static_cast<Question*>(data);
    auto answer = answer_of(error, result);
    ::ub_resolve_free(result);
    question->dns->finish(question, std::move(answer));
  }

  void finish(Question* key, DnsAnswer answer) {
    auto const asked = asked_.find(key);
    auto question = std::move(asked->second);
    asked_.erase(asked);
    question->on_answer(std::move(answer));
  }

  ub_ctx* context_;
  int wake_;
  std::atomic<bool> stopping_{false};
  Guarded<std::deque<std::unique_ptr<Question>>> questions_;
  std::unordered_map<Question*, std::unique_ptr<Question>> asked_;  // of the thread
  std::thread thread_;
};

class NoDns : public Dns {
 public:
  void ask(std::string, wire::DnsType, OnAnswer on_answer) override {
    on_answer(failure("the DNS is not asked (dns.enabled = false)"));
  }
  bool enabled() const override { return false; }
};

struct ContextDeleter {
  void operator()(ub_ctx* context) const { ::ub_ctx_delete(context); }
};

}  // namespace

Result<std::unique_ptr<Dns>, std::string> Dns::make(DnsSettings const& settings) {
  if (!settings.enabled) return std::make_unique<NoDns>();
  std::unique_ptr<ub_ctx, ContextDeleter> context(::ub_ctx_create());
  if (!context) return fail(std::string("libunbound could not be started"));
  auto* ctx = context.get();
  ::ub_ctx_async(ctx, 1);
  ::ub_ctx_hosts(ctx, nullptr);
  ::ub_ctx_set_option(ctx, "do-not-query-localhost:", "no");  // a resolver of one's own, on the same machine
  ::ub_ctx_set_option(ctx, "unblock-lan-zones:", "yes");      // the name servers know private networks' names
  if (settings.servers.empty()) ::ub_ctx_resolvconf(ctx, nullptr);
  for (auto server : settings.servers) {
    if (server.find('@') == std::string::npos) server += "@" + std::to_string(settings.port);
    if (int const status = ::ub_ctx_set_fwd(ctx, server.c_str()); status != 0)
      return fail("dns.servers: \"" + server + "\": " + ::ub_strerror(status));
  }
  if (!settings.trust_anchor_file.empty() && ::access(settings.trust_anchor_file.c_str(), R_OK) != 0)
    return fail(
        "dns.trust_anchor_file = \"" + settings.trust_anchor_file +
        "\": cannot be read; Debian's package dns-root-data brings the root's, \"\" turns DNSSEC off");
  if (!settings.trust_anchor_file.empty())
    if (int const status = ::ub_ctx_add_ta_file(ctx, settings.trust_anchor_file.c_str()); status != 0)
      return fail("dns.trust_anchor_file = \"" + settings.trust_anchor_file + "\": " + ::ub_strerror(status));
  return std::make_unique<UnboundDns>(context.release());
}

DnsState DnsAnswer::state() const {
  switch (status) {
    case DnsStatus::found: return secure ? DnsState::secure : DnsState::insecure;
    case DnsStatus::no_data:
    case DnsStatus::no_such_name: return secure ? DnsState::absent_secure : DnsState::absent_insecure;
    case DnsStatus::failed: break;
  }
  return bogus ? DnsState::bogus : DnsState::failed;
}

DnsQuestion begin_question(Executor loop, Dns& dns, std::string name, wire::DnsType type) {
  auto question = std::make_shared<OneShot<DnsAnswer>>();
  dns.ask(std::move(name), type, [loop, question](DnsAnswer given) {
    post_to(loop, [question, answer = std::move(given)]() mutable { question->set(std::move(answer)); });
  });
  return question;
}

Task<DnsAnswer> answer_to(DnsQuestion question, StopToken stop) {
  auto answer = co_await question->wait(stop);
  if (!answer) co_return failure("we are shutting down");
  co_return std::move(*answer);
}

Task<DnsAnswer> ask(Dns& dns, std::string name, wire::DnsType type, StopToken stop) {
  if (stop.stopped()) co_return failure("we are shutting down");
  auto const loop = co_await current_executor();
  auto const question = begin_question(loop, dns, std::move(name), type);
  co_return co_await answer_to(question, stop);
}

}  // namespace postern::net
