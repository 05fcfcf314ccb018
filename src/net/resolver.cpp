#include "net/resolver.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <list>
#include <thread>
#include <unordered_map>

#include "base/ascii.hpp"
#include "base/domain.hpp"
#include "base/guarded.hpp"

namespace postern::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int type_a = 1;
constexpr int type_ptr = 12;
constexpr int type_aaaa = 28;
constexpr int class_in = 1;
constexpr std::size_t names_tried = 4;  // PTR records looked at; more is a joke or an attack
constexpr std::size_t cache_limit = 10'000;
constexpr std::size_t waiting_limit = 4096;
constexpr int hopeless_after = 5;  // unanswered questions in a row
constexpr std::chrono::seconds keep_least{60};
constexpr std::chrono::seconds keep_most{3600};

std::string from_wire_name(char const* data, int length) {  // RFC 1035 section 3.1, uncompressed
  std::string out;
  for (int i = 0; i < length && data[i] != 0;) {
    int const label = static_cast<unsigned char>(data[i]);
    if (label > 63 || i + 1 + label > length) return {};
    if (!out.empty()) out += '.';
    out.append(data + i + 1, static_cast<std::size_t>(label));
    i += 1 + label;
  }
  return out;
}

struct Question {
  IpAddress address;
  Resolver::OnName on_name;
};

class UnboundResolver;

struct Search {  // one address on its way: PTR first, then each name forward
  UnboundResolver* resolver;
  IpAddress address;
  std::vector<Resolver::OnName> waiting;
  std::vector<std::string> candidates;
  std::chrono::seconds ttl = keep_most;
  bool answered = false;
};

class UnboundResolver : public Resolver {
 public:
  UnboundResolver(ub_ctx* context, Counters& counters)
      : context_(context), counters_(counters), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    thread_ = std::thread([this] { run(); });
  }

  ~UnboundResolver() override {
    stopping_ = true;
    wake();
    thread_.join();
    ::ub_ctx_delete(context_);
    ::close(wake_);
  }

  std::optional<std::string> known_name(IpAddress const& address) override {
    auto cache = cache_.access();
    auto const entry = cache->entries.find(address);
    if (entry == cache->entries.end() || entry->second.until < Clock::now()) return std::nullopt;
    return entry->second.name;
  }

  void find_name(IpAddress const& address, OnName on_name) override {
    {
      auto questions = questions_.access();
      if (questions->size() >= waiting_limit) {
        on_name({});
        return;
      }
      questions->push_back({address, std::move(on_name)});
    }
    wake();
  }

  bool worth_waiting() const override { return unanswered_.load(std::memory_order_relaxed) < hopeless_after; }

 private:
  struct Known {
    std::string name;
    Clock::time_point until;
  };
  struct Cache {
    std::unordered_map<IpAddress, Known, IpAddressHash> entries;
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
      std::deque<Question> questions;
      questions.swap(*questions_.access());
      for (auto& question : questions) begin(std::move(question));
    }
    for (auto& [address, search] : searches_)
      for (auto& on_name : search->waiting) on_name({});
  }

  void begin(Question question) {
    if (auto known = known_name(question.address)) return question.on_name(std::move(*known));
    auto& search = searches_[question.address];
    bool const is_new = !search;
    if (is_new) search = std::make_unique<Search>(Search{this, question.address, {}, {}, keep_most, false});
    search->waiting.push_back(std::move(question.on_name));
    if (is_new) ask(*search, question.address.print_arpa(), type_ptr, &UnboundResolver::on_ptr);
  }

  void ask(Search& search, std::string const& name, int type, ub_callback_type callback) {
    if (::ub_resolve_async(context_, name.c_str(), type, class_in, &search, callback, nullptr) != 0)
      finish(search, {});
  }

  static void on_ptr(void* data, int error, ub_result* result) {
    auto& search = *static_cast<Search*>(data);
    if (search.resolver->take(search, error, result)) {
      for (std::size_t i = 0; result->data[i] != nullptr && search.candidates.size() < names_tried; ++i) {
        auto name = Domain::parse(from_wire_name(result->data[i], result->len[i]));
        if (name) search.candidates.push_back(name->a_label());
      }
    }
    ::ub_resolve_free(result);
    search.resolver->next_candidate(search);
  }

  static void on_address(void* data, int error, ub_result* result) {
    auto& search = *static_cast<Search*>(data);
    bool confirmed = false;
    if (search.resolver->take(search, error, result)) {
      auto const& bytes = search.address.bytes();
      bool const v4 = search.address.is_v4();
      auto const* wanted = bytes.data() + (v4 ? 12 : 0);
      int const length = v4 ? 4 : 16;
      for (std::size_t i = 0; result->data[i] != nullptr && !confirmed; ++i)
        confirmed = result->len[i] == length &&
                    std::memcmp(result->data[i], wanted, static_cast<std::size_t>(length)) == 0;
    }
    ::ub_resolve_free(result);
    if (confirmed) return search.resolver->finish(search, search.candidates.front());
    search.candidates.erase(search.candidates.begin());
    search.resolver->next_candidate(search);
  }

  void next_candidate(Search& search) {
    if (search.candidates.empty()) return finish(search, {});
    ask(search, search.candidates.front(), search.address.is_v4() ? type_a : type_aaaa,
        &UnboundResolver::on_address);
  }

  // Whether there is data; keeps count of whether anybody answers at all.
  bool take(Search& search, int error, ub_result const* result) {
    bool const answered = error == 0 && result != nullptr && (result->rcode == 0 || result->rcode == 3);
    if (!answered) return false;
    search.answered = true;
    unanswered_ = 0;
    if (result->havedata == 0) return false;
    search.ttl = std::clamp(std::chrono::seconds(result->ttl), keep_least, search.ttl);
    return true;
  }

  void finish(Search& search, std::string name) {  // by value: the search that may hold it ends here
    if (!search.answered) {
      ++unanswered_;
      counters_.add(Count::dns_timeouts);
    }
    {
      auto cache = cache_.access();
      if (cache->entries.size() >= cache_limit) cache->entries.erase(cache->entries.begin());
      cache->entries[search.address] = {name, Clock::now() + (name.empty() ? keep_least * 5 : search.ttl)};
    }
    auto const waiting = std::move(search.waiting);
    searches_.erase(IpAddress(search.address));
    for (auto const& on_name : waiting) on_name(name);
  }

  ub_ctx* context_;
  Counters& counters_;
  int wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> unanswered_{0};
  Guarded<std::deque<Question>> questions_;
  Guarded<Cache> cache_;
  std::unordered_map<IpAddress, std::unique_ptr<Search>, IpAddressHash> searches_;  // of the thread
  std::thread thread_;
};

class NoResolver : public Resolver {
 public:
  std::optional<std::string> known_name(IpAddress const&) override { return std::string(); }
  void find_name(IpAddress const&, OnName on_name) override { on_name({}); }
  bool worth_waiting() const override { return false; }
};

}  // namespace

Result<std::unique_ptr<Resolver>, std::string> Resolver::make(DnsSettings const& settings,
                                                              Counters& counters) {
  if (!settings.enabled) return std::make_unique<NoResolver>();
  ub_ctx* context = ::ub_ctx_create();
  if (context == nullptr) return fail(std::string("libunbound could not be started"));
  ::ub_ctx_async(context, 1);
  ::ub_ctx_hosts(context, nullptr);
  if (settings.servers.empty()) ::ub_ctx_resolvconf(context, nullptr);
  for (auto const& server : settings.servers) {
    int const status = ::ub_ctx_set_fwd(context, server.c_str());
    if (status != 0) {
      ::ub_ctx_delete(context);
      return fail("dns.servers: \"" + server + "\": " + ::ub_strerror(status));
    }
  }
  return std::make_unique<UnboundResolver>(context, counters);
}

}  // namespace postern::net
