#include "whatif/readers/postfix_program.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace postern::whatif {
namespace {

bool is_submission_word(std::string_view word) {
  static constexpr auto words =
      std::to_array<std::string_view>({"submission", "submissions", "smtps", "587", "465", "msa"});
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

PostfixDaemon postfix_daemon(std::string_view program) {
  auto const name = program.substr(program.rfind('/') + 1);
  if (name == "smtpd") return PostfixDaemon::smtpd;
  if (name == "qmgr" || name == "nqmgr" || name == "oqmgr") return PostfixDaemon::qmgr;
  if (name == "cleanup") return PostfixDaemon::cleanup;
  if (name == "pickup") return PostfixDaemon::pickup;
  if (name == "postscreen") return PostfixDaemon::postscreen;
  if (name == "tlsproxy") return PostfixDaemon::tlsproxy;
  return PostfixDaemon::other;
}

std::string_view postfix_instance(std::string_view program) { return program.substr(0, program.find('/')); }

// Any word of what stands before the daemon: "postfix/smtps-haproxy/smtpd", "postfix-submission/smtpd".
bool is_postfix_submission(std::string_view program) {
  auto const slash = program.rfind('/');
  auto rest = slash == std::string_view::npos ? std::string_view() : program.substr(0, slash);
  while (!rest.empty()) {
    auto const end = std::find_if(rest.begin(), rest.end(), [](char c) { return !is_alnum(c); });
    auto const size = static_cast<std::size_t>(end - rest.begin());
    if (is_submission_word(rest.substr(0, size))) return true;
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return false;
}

}  // namespace postern::whatif
