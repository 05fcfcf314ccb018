#include "app/settings/build_filters.hpp"

#include <optional>
#include <set>
#include <string_view>

#include "base/ascii.hpp"
#include "net/listener.hpp"

namespace postern::app {
namespace {

std::optional<net::Target> endpoint_target(std::string_view text) {
  auto const endpoint = net::Endpoint::parse(text);
  if (!endpoint || endpoint->port == 0) return std::nullopt;
  return net::Target(*endpoint);
}

// "http://ADDRESS:PORT", "unix:PATH", "inet:ADDRESS:PORT", and "inet:PORT@ADDRESS" as milters have it.
std::optional<net::Target> target_of(Settings const& settings, std::string_view text) {
  if (text.starts_with("unix:")) {
    auto path = settings.path(std::string(text.substr(5)));
    if (path.empty() || path.size() > 107) return std::nullopt;
    return net::Target(net::UnixPath{std::move(path)});
  }
  if (text.starts_with("http://")) {
    text.remove_prefix(7);
    if (text.ends_with('/')) text.remove_suffix(1);
    return endpoint_target(text);
  }
  if (!text.starts_with("inet:")) return std::nullopt;
  text.remove_prefix(5);
  auto const at = text.find('@');
  if (at == std::string_view::npos) return endpoint_target(text);
  return endpoint_target(std::string(text.substr(at + 1)) + ":" + std::string(text.substr(0, at)));
}

bool fits(session::FilterKind kind, std::string_view where) {
  return where.starts_with("unix:") ||
         where.starts_with(kind == session::FilterKind::rspamd ? "http://" : "inet:");
}

std::string_view example_of(session::FilterKind kind) {
  return kind == session::FilterKind::rspamd ? "url = \"http://127.0.0.1:11333\""
                                             : "socket = \"inet:127.0.0.1:8891\"";
}

}  // namespace

std::vector<session::FilterConfig> build_filters(Settings const& settings, Problems& problems) {
  std::vector<session::FilterConfig> filters;
  std::set<std::string> names;
  for (auto const& written : settings.live.filters) {
    std::string const shown = "filters." + in_quotes(written.name);
    auto const wrong = [&](std::string const& what) { problems.error(written.line, shown + what); };
    if (written.name.empty() || !names.insert(written.name).second)
      wrong(": each filter needs a name of its own");
    if (!written.kind) {
      wrong(".kind: write kind = \"rspamd\" or kind = \"milter\"");
      continue;
    }
    if (!written.url.empty() && !written.socket.empty()) wrong(": it has a url and a socket; one is enough");
    auto const& where = written.url.empty() ? written.socket : written.url;
    auto target = fits(*written.kind, where) ? target_of(settings, where) : std::nullopt;
    if (!target) {
      wrong(": where it listens is not clear from " + in_quotes(where) + "; write " +
            std::string(example_of(*written.kind)) + ", with an IP address, or socket = \"unix:PATH\"");
      continue;
    }
    session::FilterConfig filter;
    filter.name = written.name;
    filter.kind = *written.kind;
    filter.host = std::holds_alternative<net::Endpoint>(*target) ? net::print(*target) : "localhost";
    filter.target = *std::move(target);
    filter.on_failure = written.on_failure;
    filter.scope = written.scope;
    filter.timeout = written.timeout;
    filter.max_message = written.max_message;
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace postern::app
