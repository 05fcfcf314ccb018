#include "app/server/reloader.hpp"

#include <systemd/sd-daemon.h>

#include <chrono>
#include <utility>

#include "app/settings/build_rules.hpp"
#include "app/settings/changed_keys.hpp"
#include "app/settings/key_directory.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::seconds file_watch{1};

std::string comma_separated(std::vector<std::string> const& names) {
  std::string out;
  for (auto const& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

Reloader::Reloader(boost::asio::io_context& main, Settings running, net::TicketKeys& tickets, Log& log,
                   std::vector<std::unique_ptr<Part>> const& parts)
    : in_force_(std::move(running)),
      tickets_(tickets),
      log_(log),
      parts_(parts),
      watch_(main),
      lists_(state_of_list_files(in_force_)),
      keys_(state_of_keys(in_force_.key_directory())) {}

void Reloader::reload() {
  ::sd_notify(0, "RELOADING=1");
  auto const read =
      in_force_.file.empty() ? SettingsRead{.settings = in_force_} : read_settings(in_force_.file);
  auto next = in_force_;
  next.live = read.settings.live;
  auto errors = read.errors.empty() ? start_errors(read.settings) : read.errors;
  auto const built = errors.empty() ? build_config(next, tickets_, tls_) : BuiltConfig{};
  errors.insert(errors.end(), built.errors.begin(), built.errors.end());
  for (auto const& error : errors)
    log_.write(LogEvent(Severity::error, "reload-refused")
                   .add("reason", error)
                   .add("kept", "the configuration and certificates in use"));
  if (errors.empty()) {
    in_force_ = std::move(next);
    tls_ = built.tls;
    lists_ = state_of_list_files(in_force_);
    keys_ = state_of_keys(in_force_.key_directory());
    for (auto const& part : parts_) part->reload(built);
    log_.write(LogEvent(Severity::info, "reloaded"));
    for (auto const& warning : built.warnings)
      log_.write(LogEvent(Severity::warning, "configuration").add("what", warning));
    for (auto const& certificate : built.gate->tls->descriptions())
      log_.write(LogEvent(Severity::info, "certificate").add("file", certificate));
    if (auto const waiting = keys_waiting_for_restart(in_force_, read.settings); !waiting.empty())
      log_.write(LogEvent(Severity::warning, "restart-needed").add("keys", comma_separated(waiting)));
  }
  ::sd_notify(0, "READY=1");
}

void Reloader::begin(TlsInUse tls) {
  tls_ = std::move(tls);
  watch_files();
}

void Reloader::watch_files() {
  watch_.expires_after(file_watch);
  watch_.async_wait([this](boost::system::error_code error) {
    if (error || stopping_) return;
    reload_changed_lists();
    reload_changed_keys();
    watch_files();
  });
}

void Reloader::stop() {
  stopping_ = true;
  watch_.cancel();
}

void Reloader::reload_changed_lists() {
  auto state = state_of_list_files(in_force_);
  if (state == lists_) return;
  lists_ = std::move(state);
  auto const built = build_config(in_force_, tickets_, tls_);
  for (auto const& problem : built.errors)
    log_.write(LogEvent(Severity::error, "lists-refused").add("reason", problem));
  if (!built.errors.empty()) return;
  tls_ = built.tls;
  for (auto const& part : parts_) part->reload_lists(built);
  log_.write(LogEvent(Severity::info, "lists-read"));
}

// Every part takes over what it is handed, since deliveries keep their keys among their other settings.
void Reloader::reload_changed_keys() {
  auto state = state_of_keys(in_force_.key_directory());
  if (state == keys_) return;
  keys_ = std::move(state);
  auto const built = build_config(in_force_, tickets_, tls_);
  for (auto const& problem : built.errors)
    log_.write(
        LogEvent(Severity::error, "dkim-keys-refused").add("reason", problem).add("kept", "the keys in use"));
  if (!built.errors.empty()) return;
  tls_ = built.tls;
  for (auto const& part : parts_) part->reload(built);
  log_.write(LogEvent(Severity::info, "dkim-keys-read"));
}

}  // namespace postern::app
