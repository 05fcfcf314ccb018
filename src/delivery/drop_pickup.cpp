#include "delivery/drop_pickup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <cstring>

#include "base/ascii.hpp"
#include "dialogue/transaction.hpp"
#include "net/wall_clock.hpp"
#include "wire/dropped_message.hpp"
#include "wire/header_section.hpp"
#include "wire/received.hpp"

namespace postern::delivery {
namespace {

constexpr mode_t directory_mode = 01733;         // written by everybody, listed by nobody but us
constexpr std::size_t piece = 128 * 1024;        // of content, handed to the spool at once
constexpr std::size_t envelope_room = 64 << 20;  // bytes a file may have beyond its content
constexpr std::chrono::minutes look_again{1};    // whatever the watch tells
constexpr std::string_view ending = ".drop";

struct ReadFile {
  std::string text;
  std::uint32_t user = 0;
  std::string problem;
};

// Whoever wrote it may have put anything there: no links, no devices, nothing too large.
ReadFile read_dropped(std::string const& path, std::uint64_t limit) {
  ReadFile read;
  int const file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat about {};
  if (file < 0 || ::fstat(file, &about) != 0) {
    read.problem = std::strerror(errno);
  } else if (!S_ISREG(about.st_mode) || about.st_nlink != 1) {
    read.problem = "no ordinary file";
  } else if (about.st_size < 0 || static_cast<std::uint64_t>(about.st_size) > limit + envelope_room) {
    read.problem = "too large";
  } else {
    read.user = about.st_uid;
    read.text.resize(static_cast<std::size_t>(about.st_size));
    std::size_t done = 0;
    while (done < read.text.size()) {
      auto const count = ::read(file, read.text.data() + done, read.text.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
    if (done < read.text.size()) read.problem = "it cannot be read";
  }
  if (file >= 0) ::close(file);
  return read;
}

std::vector<std::string> names_in(std::string const& directory) {
  std::vector<std::string> names;
  auto* handle = ::opendir(directory.c_str());
  if (handle == nullptr) return names;
  while (auto const* entry = ::readdir(handle)) {
    std::string_view const name = entry->d_name;
    bool const ours = name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending;
    if (ours && name.front() != '.') names.emplace_back(name);
  }
  ::closedir(handle);
  return names;
}

wire::Envelope envelope_for(wire::DroppedMessage const& message, policy::Directory const& directory,
                            Instant now) {
  policy::Facts facts;
  facts.transaction.mail = message.mail;
  facts.transaction.size = message.content.size();
  wire::HeaderSection header;
  header.feed(message.content);
  facts.transaction.content = {header.has_8bit(), !is_ascii(message.content), header.tls_optional()};
  for (auto const& recipient : message.recipients)
    facts.transaction.recipients.push_back({recipient.forward_path,
                                            recipient.notify,
                                            recipient.orcpt,
                                            directory.standing(recipient.forward_path),
                                            true,
                                            250,
                                            {}});
  return dialogue::make_envelope(facts, directory, now);
}

}  // namespace

struct DropPickup::Found {
  wire::DroppedMessage message;
  std::uint32_t user = 0;
};

Result<std::unique_ptr<DropPickup>, std::string> DropPickup::make(
    DropServices services, std::string directory, std::shared_ptr<DeliveryConfig const> config) {
  auto const problem = [&](char const* what) {
    return directory + ": " + what + ": " + std::strerror(errno);
  };
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return fail(problem("cannot be made"));
  if (::chmod(directory.c_str(), directory_mode) != 0) return fail(problem("cannot be opened for everybody"));
  int const watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watch < 0 || ::inotify_add_watch(watch, directory.c_str(), IN_MOVED_TO) < 0) {
    auto const text = problem("cannot be watched");
    if (watch >= 0) ::close(watch);
    return fail(text);
  }
  return std::unique_ptr<DropPickup>(
      new DropPickup(services, std::move(directory), std::move(config), watch));
}

DropPickup::DropPickup(DropServices services, std::string directory,
                       std::shared_ptr<DeliveryConfig const> config, int watch)
    : services_(services),
      directory_(std::move(directory)),
      config_(std::move(config)),
      watch_(services.loop.context(), watch),
      timer_(services.loop.context()) {}

void DropPickup::start() {
  services_.loop.post(
      [this] { boost::asio::co_spawn(services_.loop.context(), run(), boost::asio::detached); });
}

void DropPickup::reload(std::shared_ptr<DeliveryConfig const> config) {
  services_.loop.post([this, config = std::move(config)]() mutable { config_ = std::move(config); });
}

void DropPickup::stop() {
  services_.loop.post([this] {
    stopping_ = true;
    timer_.cancel();
    watch_.cancel();
  });
}

net::Task<void> DropPickup::run() {
  while (!stopping_) {
    std::array<char, 4096> events{};
    while (::read(watch_.native_handle(), events.data(), events.size()) > 0) {
    }
    co_await take_all();
    if (stopping_) co_return;
    timer_.expires_after(look_again);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) watch_.cancel();
    });
    static_cast<void>(co_await watch_.async_wait(Descriptor::wait_read, net::quietly));  // or cancelled
    timer_.cancel();
  }
}

net::Task<void> DropPickup::take_all() {
  for (auto const& name : names_in(directory_)) {
    if (stopping_) co_return;
    co_await take(name);
  }
}

net::Task<void> DropPickup::take(std::string name) {
  std::string const path = directory_ + "/" + name;
  auto read = [path, limit = services_.max_message_size] { return read_dropped(path, limit); };
  auto file = co_await workers_.run(std::move(read));
  if (!file.problem.empty()) {
    set_aside(name, file.problem);
    co_return;
  }
  auto message = wire::parse_dropped_message(file.text);
  if (!message || message->content.size() > services_.max_message_size) {
    set_aside(name, message ? "too large" : message.error());
    co_return;
  }
  file.text.clear();
  auto const found = std::make_shared<Found const>(Found{std::move(*message), file.user});
  bool const kept = co_await keep(found);
  if (kept) ::unlink(path.c_str());
}

net::Task<bool> DropPickup::keep(std::shared_ptr<Found const> found) {
  auto const now = net::wall_clock();
  auto const id = services_.spool.next_id();
  auto const envelope = envelope_for(found->message, *config_->directory, now);
  auto answer = std::make_shared<net::OneShot<bool>>();
  auto const told = [this, answer](auto result) {
    services_.loop.post([answer, result] { answer->set(result.has_value()); });
  };
  std::string bytes = wire::print_local_received(config_->hostname, found->user, id.print(), now);
  std::string_view rest = found->message.content;
  bool good = true;
  while (good && rest.size() > piece) {
    bytes += rest.substr(0, piece);
    rest.remove_prefix(piece);
    services_.spool.add_chunk(id, std::exchange(bytes, {}), told);
    good = co_await answer->wait();
  }
  if (good) {
    bytes += rest;
    services_.spool.accept(id, std::move(bytes), envelope, told);
    good = co_await answer->wait();
  }
  if (!good) services_.spool.abandon(id);
  services_.log.write(LogEvent(good ? Severity::info : Severity::error, "submitted")
                          .add("id", id.print())
                          .add("user", found->user)
                          .add("from", envelope.reverse_path ? envelope.sender() : "<>")
                          .add("recipients", envelope.recipients.size())
                          .add("size", envelope.size)
                          .add("kept", good ? 1 : 0));
  co_return good;
}

void DropPickup::set_aside(std::string const& name, std::string const& why) {
  std::string const path = directory_ + "/" + name;
  bool const moved = ::rename(path.c_str(), (path + ".bad").c_str()) == 0;
  services_.log.write(LogEvent(Severity::warning, "drop-set-aside")
                          .add("file", path)
                          .add("reason", why)
                          .add("now", moved ? path + ".bad" : std::string("still there")));
}

}  // namespace postern::delivery
