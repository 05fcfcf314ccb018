#include "app/settings/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/domain.hpp"

namespace postern::app {
namespace {

std::string system_hostname() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || !Domain::parse(name.data())) return "localhost";
  return lowered(name.data());
}

// RFC 5890 section 2.3.2.1: what is said at EHLO is ASCII. What is no name stays as it is, for the checks.
std::string a_label_form(std::string const& name) {
  auto const domain = Domain::parse(name);
  return domain && !is_ascii(name) ? domain->a_label() : name;
}

DomainSettings any_mailbox_at(std::string const& name) {
  DomainSettings domain;
  domain.name = name;
  domain.mailboxes = {"*"};
  return domain;
}

}  // namespace

std::string Settings::path(std::string const& written) const {
  if (written.empty() || written.front() == '/' || base.empty()) return written;
  return base + "/" + written;
}

std::string Settings::maildrop_directory() const {
  return path(start.maildrop.empty() ? start.data_dir + "/drop" : start.maildrop);
}

std::string origin_of(LiveSettings const& live) {
  if (!live.origin.empty()) return live.origin;
  auto const first = std::min_element(live.domains.begin(), live.domains.end(),
                                      [](auto const& a, auto const& b) { return a.line < b.line; });
  return first == live.domains.end() ? live.hostname : first->name;
}

void complete(Settings& settings) {
  auto& live = settings.live;
  if (live.hostname.empty()) live.hostname = system_hostname();
  live.hostname = a_label_form(live.hostname);
  live.smtp.hostname = live.hostname;
  if (settings.start.listen.empty())
    settings.start.listen.push_back(ListenSettings{.address = "127.0.0.1:2525"});
  if (!live.domains.empty()) return;
  live.domains.push_back(any_mailbox_at(live.hostname));
  if (live.hostname != "localhost") live.domains.push_back(any_mailbox_at("localhost"));
}

Settings default_settings() {
  Settings settings;
  complete(settings);
  return settings;
}

}  // namespace postern::app
