// The forms, with what the client says of itself in capitals:
//   HELO (rdns [ip])             Postfix, sendmail, Google, OpenSMTPD, Haraka, Stalwart, Courier, hMailServer
//   HELO (IDENT@rdns [ip] (may be forged))                                                        sendmail
//   HELO ([ip]), HELO (ip), HELO (ip:port)              Courier, Exchange, KumoMTA, Lotus, MDaemon, IIS
//   rdns ([ip]:port helo=HELO ident=IDENT), [ip] (port=N helo=HELO ident=IDENT), rdns ([ip])          Exim
//   rdns (HELO HELO) (IDENT@ip), ip (EHLO HELO) (ip)                               qmail, qpsmtpd, Yahoo
//   [ip] (HELO HELO), [ip] (account USER HELO HELO), HELO ([ip] verified)                  CommuniGate Pro
//   HELO [ip], rdns [ip] (EHLO HELO)                                                    IMail, McAfee, mxl
#include "whatif/readers/received_client.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// What comments that hold the client's own words, or words on something else, begin with.
constexpr auto own_words = std::to_array<std::string_view>({"HELO ",
                                                            "EHLO ",
                                                            "LHLO ",
                                                            "HELO:",
                                                            "EHLO:",
                                                            "helo=",
                                                            "ehlo=",
                                                            "port=",
                                                            "ident=",
                                                            "IDENT: ",
                                                            "envelope-from ",
                                                            "envelope-from:",
                                                            "envelope-from=",
                                                            "envelope-sender ",
                                                            "envelope-sender=",
                                                            "account ",
                                                            "AUTH: ",
                                                            "auth=",
                                                            "authenticated ",
                                                            "user=",
                                                            "sender:",
                                                            "smtp.mailfrom=",
                                                            "using ",
                                                            "version=",
                                                            "client ",
                                                            "no client ",
                                                            "TLS: "});

bool holds_own_words(std::string_view comment) {
  return std::any_of(own_words.begin(), own_words.end(),
                     [&](std::string_view begin) { return istarts_with(comment, begin); });
}

// "192.0.2.1", "192.0.2.1:25", "2001:db8::1"
std::optional<IpAddress> bare_address(std::string_view text) {
  if (auto address = log_address(text)) return address;
  auto const colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return std::nullopt;
  return log_address(text.substr(0, colon));
}

// "[192.0.2.1]", "[IPv6:2001:db8::1]", "[192.0.2.1]:25", and nothing else in the word
std::optional<IpAddress> literal(std::string_view word) {
  if (!word.starts_with('[')) return std::nullopt;
  auto const close = word.find(']');
  if (close == std::string_view::npos) return std::nullopt;
  auto const rest = word.substr(close + 1);
  if (!rest.empty() && rest[0] != ':') return std::nullopt;
  return log_address(word.substr(1, close - 1));
}

struct Bracketed {
  IpAddress address;
  std::size_t open = 0;  // where the bracket opens
};

// The last address in brackets: an ident, and a name, come before it.
std::optional<Bracketed> last_bracketed(std::string_view comment) {
  for (auto open = comment.rfind('['); open != std::string_view::npos;
       open = open > 0 ? comment.rfind('[', open - 1) : std::string_view::npos) {
    auto const close = comment.find(']', open);
    if (close == std::string_view::npos) continue;
    if (auto address = log_address(comment.substr(open + 1, close - open - 1)))
      return Bracketed{.address = *address, .open = open};
  }
  return std::nullopt;
}

std::string found_name(std::string_view name) {
  name = trimmed(name);
  if (auto const at = name.rfind('@'); at != std::string_view::npos) name.remove_prefix(at + 1);
  if (name.ends_with('.')) name.remove_suffix(1);
  bool const is_name = name.find_first_of(" =<>:[]") == std::string_view::npos && !iequals(name, "unknown");
  return is_name && !log_address(name) ? lowered(name) : std::string();
}

// The word behind "helo=", or behind "HELO " and the like; empty: it is not there.
std::string_view greeting_in(std::string_view comment) {
  if (auto const helo = between(comment, "helo=", ' '); !helo.empty()) return helo;
  for (std::string_view const word : {"HELO ", "EHLO ", "LHLO "})
    if (istarts_with(comment, word)) return trimmed(comment.substr(word.size()));
  return {};
}

class FromClause {
 public:
  FromClause(std::span<ReceivedToken const> clause, bool by_exim) : clause_(clause), by_exim_(by_exim) {}

  ReceivedClient read() {
    if (clause_.empty()) return {};
    if (clause_[0].is_word()) first_ = clause_[0].text;
    out_.helo = first_;
    read_greeting();
    if (!(by_exim_ && read_exim()) && !read_comments() && !read_words()) read_first();
    return std::move(out_);
  }

 private:
  void read_greeting() {
    for (auto const& token : clause_)
      if (token.is_comment())
        if (auto const helo = greeting_in(token.text); !helo.empty()) {
          greeting_told_ = true;
          out_.helo = helo;
          return;
        }
  }

  // "rdns ([ip] ...)" and "[ip] (...)", where an address that comes later is the client's own word.
  bool read_exim() {
    out_.address = literal(first_);
    if (out_.address) return true;
    for (auto const& token : clause_)
      if (token.is_comment()) {
        out_.address = literal(token.text.substr(0, token.text.find(' ')));
        if (out_.address) out_.name = found_name(first_);
        return out_.address.has_value();
      }
    return false;
  }

  bool read_comments() {
    for (auto const& token : clause_)
      if (token.is_comment() && read_comment(token.text)) return true;
    return false;
  }

  bool read_comment(std::string_view comment) {
    auto const bracketed = last_bracketed(comment);
    // Exim's order, though the writer does not say that it is Exim: "[ip]:port helo=x"
    if (comment.starts_with('[') && comment.find(" helo=") != std::string_view::npos) {
      if (auto address = literal(comment.substr(0, comment.find(' ')))) {
        out_.address = address;
        out_.name = found_name(first_);
        return true;
      }
    }
    if (holds_own_words(comment) && !is_ident(comment)) return false;
    if (bracketed) {
      out_.address = bracketed->address;
      bool const doubtful = comment.find("may be forged") != std::string_view::npos;
      if (!doubtful) out_.name = found_name(comment.substr(0, bracketed->open));
      return true;
    }
    auto const last = comment.substr(comment.rfind(' ') + 1);
    auto const at = last.rfind('@');
    out_.address = bare_address(at == std::string_view::npos ? last : last.substr(at + 1));
    return out_.address.has_value();
  }

  // "helo=x@rdns [ip]": an ident that looks like the beginning of another comment.
  static bool is_ident(std::string_view comment) {
    auto const blank = comment.find(' ');
    if (blank == std::string_view::npos || !literal(comment.substr(blank + 1))) return false;
    auto const before = comment.substr(0, blank);
    return before.find('=') != std::string_view::npos && before.find('@') != std::string_view::npos;
  }

  bool read_words() {  // "NAME [ip] by"
    for (std::size_t i = clause_.size(); i-- > 1;)
      if (clause_[i].is_word())
        if (auto const address = literal(clause_[i].text)) {
          out_.address = address;
          return true;
        }
    return false;
  }

  void read_first() {  // "[ip] (HELO x)", "[ip] by", "ip by"
    out_.address = literal(first_);
    if (!out_.address) out_.address = bare_address(first_);
    if (out_.address && !greeting_told_) out_.helo = first_;
  }

  std::span<ReceivedToken const> clause_;
  bool by_exim_;
  bool greeting_told_ = false;
  std::string_view first_;
  ReceivedClient out_;
};

}  // namespace

ReceivedClient client_of(std::span<ReceivedToken const> clause, bool by_exim) {
  return FromClause(clause, by_exim).read();
}

}  // namespace postern::whatif
