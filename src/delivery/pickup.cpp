#include "delivery/pickup.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include "net/spawn.hpp"
#include "wire/received.hpp"

namespace postern::delivery {
namespace {

constexpr std::size_t piece = 128 * 1024;      // of content, handed to the spool at once
constexpr std::chrono::minutes look_again{1};  // whatever the watch tells

}  // namespace

Result<std::unique_ptr<Pickup>, std::string> Pickup::make(PickupServices services, std::string directory,
                                                          std::shared_ptr<DeliveryConfig const> config) {
  if (auto const made = make_maildrop(directory); !made) return fail(made.error());
  int const watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watch < 0 || ::inotify_add_watch(watch, directory.c_str(), IN_MOVED_TO) < 0) {
    auto const problem = directory + ": cannot be watched: " + std::strerror(errno);
    if (watch >= 0) ::close(watch);
    return fail(problem);
  }
  return std::unique_ptr<Pickup>(new Pickup(services, std::move(directory), std::move(config), watch));
}

Pickup::Pickup(PickupServices services, std::string directory, std::shared_ptr<DeliveryConfig const> config,
               int watch)
    : services_(services),
      directory_(std::move(directory)),
      config_(std::move(config)),
      watch_(services.loop.context(), watch),
      timer_(services.loop.context()) {}

void Pickup::start() {
  services_.loop.post(
      [this] { net::spawn(services_.loop, run(), services_.log, services_.counters, "pickup"); });
}

void Pickup::reload(std::shared_ptr<DeliveryConfig const> config, std::uint64_t max_message_size) {
  services_.loop.post([this, config = std::move(config), max_message_size]() mutable {
    config_ = std::move(config);
    services_.max_message_size = max_message_size;
  });
}

void Pickup::stop() {
  services_.loop.post([this] {
    stopping_ = true;
    timer_.cancel();
    watch_.cancel();
  });
}

net::Task<void> Pickup::run() {
  while (!stopping_) {
    std::array<char, 4096> events{};
    while (::read(watch_.native_handle(), events.data(), events.size()) > 0) {
    }
    co_await pick_up_all();
    if (stopping_) co_return;
    timer_.expires_after(look_again);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) watch_.cancel();
    });
    static_cast<void>(co_await watch_.async_wait(Watch::wait_read, net::quietly));  // or cancelled
    timer_.cancel();
  }
}

net::Task<void> Pickup::pick_up_all() {
  for (auto const& name : std::vector<std::string>(sent_.begin(), sent_.end())) remove_sent(name);
  auto const names = list_maildrop(directory_);
  forget_told(names);
  for (auto const& name : names) {
    if (stopping_) co_return;
    if (!sent_.contains(name)) co_await try_to_pick_up(name);
  }
}

// An exception is about one file, as far as anybody knows: the others are picked up.
net::Task<void> Pickup::try_to_pick_up(std::string name) {
  std::string problem;
  try {
    co_await pick_up(name);
    co_return;
  } catch (std::exception const& error) {
    problem = error.what();
  }
  tell_of_waiting(name, problem);
}

net::Task<void> Pickup::pick_up(std::string name) {
  auto read = [path = path_of(name), limit = services_.max_message_size] {
    return read_maildrop(path, limit);
  };
  auto left = co_await workers_.run(std::move(read));
  if (!left) {
    if (left.error().passing)
      tell_of_waiting(name, left.error().why);
    else
      set_aside(name, left.error().why);
    co_return;
  }
  auto const id = services_.spool.next_id();
  std::string const taken = is_taken(name) ? name : taken_name(id);
  if (taken != name && ::rename(path_of(name).c_str(), path_of(taken).c_str()) != 0) {
    tell_of_waiting(name, std::string("it cannot be renamed: ") + std::strerror(errno));
    co_return;
  }
  bool const safe = co_await accept(id, std::make_shared<MaildropMessage const>(std::move(*left)));
  if (!safe) co_return;
  sent_.insert(taken);
  remove_sent(taken);
}

net::Task<bool> Pickup::accept(MessageId id, MessagePtr left) {
  auto const now = services_.clock.now();
  auto const envelope = envelope_of(left->message, *config_->directory, now);
  auto received = wire::print_local_received(config_->hostname, left->user, id.print(), now);
  bool const safe = co_await hand_to_spool(id, std::move(received), left, envelope);
  if (!safe) services_.spool.abandon(id);
  services_.log.write(LogEvent(safe ? Severity::info : Severity::error, "submitted")
                          .add("id", id.print())
                          .add("user", left->user)
                          .add("from", envelope.reverse_path ? envelope.sender() : "<>")
                          .add("recipients", envelope.recipients.size())
                          .add("size", envelope.size)
                          .add("kept", safe ? 1 : 0));
  co_return safe;
}

// Whether the message is safe there.
net::Task<bool> Pickup::hand_to_spool(MessageId id, std::string received, MessagePtr left,
                                      wire::Envelope envelope) {
  auto answer = std::make_shared<net::OneShot<bool>>();
  auto const answered = [this, answer](auto result) {
    services_.loop.post([answer, result] { answer->set(result.has_value()); });
  };
  std::string bytes = std::move(received);
  std::string_view rest = left->message.content;
  while (rest.size() > piece) {
    bytes += rest.substr(0, piece);
    rest.remove_prefix(piece);
    services_.spool.add_chunk(id, std::exchange(bytes, {}), answered);
    bool const written = co_await answer->wait();
    if (!written) co_return false;
  }
  bytes += rest;
  services_.spool.accept(id, std::move(bytes), envelope, answered);
  co_return co_await answer->wait();
}

void Pickup::set_aside(std::string const& name, std::string const& why) {
  std::string const path = path_of(name);
  bool const moved = ::rename(path.c_str(), (path + ".bad").c_str()) == 0;
  if (!moved && !told_.insert(name).second) return;
  services_.log.write(LogEvent(Severity::warning, "drop-set-aside")
                          .add("file", path)
                          .add("reason", why)
                          .add("now", moved ? path + ".bad" : std::string("still there")));
}

void Pickup::remove_sent(std::string const& name) {
  std::string const path = path_of(name);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) {
    sent_.erase(name);
    return;
  }
  std::string const why = std::strerror(errno);
  if (told_.insert(name).second)
    services_.log.write(LogEvent(Severity::error, "drop-not-removed").add("file", path).add("reason", why));
}

void Pickup::forget_told(std::vector<std::string> const& names) {
  std::set<std::string> const there(names.begin(), names.end());
  std::erase_if(told_, [&](auto const& name) { return !there.contains(name) && !sent_.contains(name); });
}

void Pickup::tell_of_waiting(std::string const& name, std::string const& why) {
  if (told_.insert(name).second)
    services_.log.write(
        LogEvent(Severity::error, "drop-waits").add("file", path_of(name)).add("reason", why));
}

}  // namespace postern::delivery
