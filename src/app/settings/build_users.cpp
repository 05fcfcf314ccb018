#include "app/settings/build_users.hpp"

#include <fstream>
#include <sstream>

#include "base/ascii.hpp"
#include "base/domain.hpp"
#include "wire/path.hpp"

namespace postern::app {
namespace {

// "sales@example.org", "@example.net" or "*", as policy::SenderGrants has them; empty: none of these.
std::string normal_grant(std::string const& written) {
  if (written == "*") return written;
  if (written.starts_with('@')) {
    auto const domain = Domain::parse(std::string_view(written).substr(1));
    return domain ? "@" + domain->a_label() : std::string();
  }
  auto const address = wire::parse_mailbox(written);
  if (!address || address->domain() == nullptr) return {};
  return lowered(address->local_part()) + "@" + address->domain()->a_label();
}

}  // namespace

std::shared_ptr<session::Passwords const> build_passwords(Settings const& settings, Problems& problems) {
  auto const& file = settings.live.users_file;
  if (file.empty()) return nullptr;
  std::string const where = "auth.users_file = \"" + file + "\": ";
  std::ifstream in(settings.path(file));
  if (!in) {
    problems.error(0, where + "cannot be read");
    return nullptr;
  }
  std::stringstream text;
  text << in.rdbuf();
  auto read = session::Passwords::parse(text.str());
  if (!read) problems.error(0, where + read.error());
  return read ? *read : nullptr;
}

policy::SenderGrants build_sender_grants(LiveSettings const& live, Problems& problems) {
  policy::SenderGrants grants;
  for (auto const& written : live.may_send_as) {
    std::string const where = "auth.may_send_as: " + in_quotes(written) + ": ";
    std::istringstream words(written);
    std::string user, word;
    words >> user;
    bool any = false;
    while (words >> word) {
      any = true;
      if (auto grant = normal_grant(word); !grant.empty())
        grants[lowered(user)].push_back(std::move(grant));
      else
        problems.error(0, where + in_quotes(word) + " is no address, no \"@domain\", and not \"*\"");
    }
    if (!any) problems.error(0, where + "write a user and an address: \"alice sales@example.org\"");
  }
  return grants;
}

}  // namespace postern::app
