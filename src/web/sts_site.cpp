#include "web/sts_site.hpp"

#include "base/ascii.hpp"

namespace postern::web {

HttpAnswer answer_sts(StsPolicies const& policies, HttpRequest const& request) {
  constexpr std::string_view prefix = "mta-sts.";
  if (request.method != "GET" && request.method != "HEAD") return {405, "text/plain", "GET only\n"};
  auto const host = lowered(request.host);
  bool const ours = host.substr(0, prefix.size()) == prefix;
  auto const policy = ours ? policies.find(host.substr(prefix.size())) : policies.end();
  if (policy == policies.end() || request.target != "/.well-known/mta-sts.txt")
    return {404, "text/plain", "not found\n"};
  return {200, "text/plain", policy->second};
}

}  // namespace postern::web
