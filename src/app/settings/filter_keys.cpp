#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::span<Key<FilterSettings> const> filter_keys() {
  using F = FilterSettings;
  using session::FilterFailure;
  using session::FilterKind;
  using session::FilterScope;
  static std::vector<Key<F>> const keys{
      text<F>(
          "name", [](F & f) -> auto& { return f.name; },
          "The name of the filter, in facts, flags and the log."),
      choice<F, std::optional<FilterKind>>(
          "kind", [](F & f) -> auto& { return f.kind; },
          {{"rspamd", FilterKind::rspamd}, {"milter", FilterKind::milter}},
          "How it is asked: \"rspamd\" by rspamd's HTTP protocol, \"milter\" by the milter protocol "
          "(docs/filters.md)."),
      text<F>(
          "url", [](F & f) -> auto& { return f.url; },
          "Where rspamd's normal worker listens: \"http://127.0.0.1:11333\". The host is an IP address or "
          "\"localhost\"."),
      text<F>(
          "socket", [](F & f) -> auto& { return f.socket; },
          "Where a milter listens: \"inet:127.0.0.1:8891\" or \"unix:/run/opendkim/opendkim.sock\". For "
          "rspamd on a Unix socket as well, instead of url."),
      choice<F, FilterFailure>(
          "on_failure", [](F & f) -> auto& { return f.on_failure; },
          {{"accept-flagged", FilterFailure::accept_flagged}, {"defer", FilterFailure::defer}},
          "What becomes of mail when the filter does not answer, or not sensibly: it is accepted with the "
          "header field X-Postern-Flag, or answered with 451."),
      choice<F, FilterScope>(
          "applies_to", [](F & f) -> auto& { return f.scope; },
          {{"arrivals", FilterScope::arrivals},
           {"submissions", FilterScope::submissions},
           {"both", FilterScope::both}},
          "Which mail it sees: what comes from elsewhere, what our own users send, or both."),
      duration<F>(
          "timeout", [](F & f) -> auto& { return f.timeout; }, std::chrono::seconds(1),
          std::chrono::minutes(5), "For a whole conversation with it about one message."),
      size<F>(
          "max_message", [](F & f) -> auto& { return f.max_message; }, 64U << 10, 1U << 30,
          "Larger messages are not shown to it, and are accepted with the header field X-Postern-Flag."),
  };
  return keys;
}

}  // namespace postern::app
