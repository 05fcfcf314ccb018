#include "whatif/readers/received_hop.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"
#include "wire/date_time.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t max_field = 16 * 1024;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_upper(c);
  return out;
}

// The field as words and comments, in order.
struct Token {
  std::string_view text;  // of a comment without its parentheses
  bool comment;
};

std::vector<Token> tokens_of(std::string_view field) {
  std::vector<Token> out;
  std::size_t at = 0;
  while (at < field.size()) {
    char const c = field[at];
    if (c == ' ') {
      ++at;
    } else if (c == '(') {
      int depth = 0;
      std::size_t end = at;
      for (; end < field.size(); ++end) {
        if (field[end] == '(') ++depth;
        if (field[end] == ')' && --depth == 0) break;
      }
      out.push_back({field.substr(at + 1, end - at - 1), true});
      at = std::min(end + 1, field.size());
    } else if (c == ';') {
      out.push_back({field.substr(at, 1), false});
      ++at;
    } else {
      std::size_t const end = std::min(field.find_first_of(c == '<' ? " >;" : " (;", at), field.size());
      std::size_t const stop = c == '<' && end < field.size() && field[end] == '>' ? end + 1 : end;
      out.push_back({field.substr(at, std::max(stop, at + 1) - at), false});
      at = std::max(stop, at + 1);
    }
  }
  return out;
}

bool is_keyword(Token const& token) {
  if (token.comment) return false;
  for (auto const word : {"from", "by", "with", "id", "for", "via", "tls"})
    if (iequals(token.text, word)) return true;
  return false;
}

// "[192.0.2.1]", "([192.0.2.1] helo=x)", "rdns [192.0.2.1]:25 (may be forged)"; without brackets "192.0.2.1".
std::optional<IpAddress> address_in(std::string_view text) {
  for (auto open = text.find('['); open != std::string_view::npos; open = text.find('[', open + 1)) {
    auto const close = text.find(']', open);
    if (close == std::string_view::npos) break;
    if (auto address = log_address(text.substr(open + 1, close - open - 1))) return address;
  }
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find_first_of(" ,;()", at), text.size());
    auto word = text.substr(at, end - at);
    if (word.find_first_of(".:") != std::string_view::npos)
      if (auto address = log_address(word)) return address;
    at = end + 1;
  }
  return std::nullopt;
}

void read_from_comment(std::string_view comment, ReceivedHop& hop) {
  if (auto address = address_in(comment); address && !hop.client) {
    hop.client = address;
    auto name = trimmed(comment.substr(0, comment.find('[')));
    if (auto const at = name.rfind('@'); at != std::string_view::npos) name.remove_prefix(at + 1);
    if (name.ends_with('.')) name.remove_suffix(1);
    bool const is_name = !name.empty() && comment.find('[') != std::string_view::npos && name != "unknown" &&
                         name.find_first_of(" =") == std::string_view::npos;
    if (is_name) hop.client_name = lowered(name);
    // Exim: "from rdns ([ip] helo=x)" - the word before is the verified name.
    if (auto const helo = between(comment, "helo=", ' '); !helo.empty()) {
      if (!hop.helo.starts_with('[')) hop.client_name = lowered(hop.helo);
      hop.helo = helo;
    }
  }
  if (istarts_with(comment, "HELO "))
    hop.helo = comment.substr(5);  // qmail: "from unknown (HELO x) (192.0.2.1)"
}

// A comment that tells of TLS, by the beginnings servers write.
bool read_tls_comment(std::string_view comment, TlsSeen& tls) {
  auto const say = [&](std::string_view version_at) {
    tls.used = Tristate::yes;
    if (tls.version.empty()) tls.version = tls_version_name(version_at);
    return true;
  };
  if (comment.starts_with("using ")) {  // Postfix, Yandex, Stalwart
    return !tls_version_name(comment.substr(6)).empty() && say(comment.substr(6));
  }
  if (comment.starts_with("version=")) return say(comment.substr(8));  // sendmail, Google, Exchange, Mimecast
  if (comment.starts_with("TLS: ")) return say(comment.substr(5));     // Courier
  if (comment.starts_with("over SMTP, ")) {                            // chasquid
    auto const rest = comment.substr(11);
    if (!rest.starts_with("plain text")) return say(rest);
    tls.used = Tristate::no;
    return true;
  }
  if (comment.starts_with("Google Transport Security")) return say({});
  if (comment.ends_with(" encrypted") && comment.find('[') == std::string_view::npos)
    return say({});  // qpsmtpd
  // Exim "TLS1.3", "TLSv1.2:ECDHE-...:256"; OpenSMTPD, KumoMTA "TLSv1_3:TLS13_AES..."; mox "TLS1.3
  // TLS_AES..."
  if (!tls_version_name(comment).empty() && comment.find('[') == std::string_view::npos) {
    auto const end = std::min(comment.find_first_of(": ,"), comment.size());
    if (end <= 8) return say(comment.substr(0, end));
  }
  return false;
}

void read_certificate_comment(std::string_view comment, TlsSeen& tls) {
  using policy::ClientCertificate;
  if (istarts_with(comment, "No client certificate") || istarts_with(comment, "Client did not present") ||
      istarts_with(comment, "Client certificate not present"))
    tls.certificate = ClientCertificate::none;
  else if (comment.starts_with("Client CN ") || comment.starts_with("Client RPK "))
    tls.certificate = comment.find("(verified OK)") != std::string_view::npos ? ClientCertificate::trusted
                                                                              : ClientCertificate::untrusted;
  else if (comment.starts_with("version=")) {
    auto const verify = between(comment, "verify=", ' ');
    if (verify == "OK") tls.certificate = ClientCertificate::trusted;
    if (verify == "NO" || verify == "NOT") tls.certificate = ClientCertificate::none;
    if (verify == "FAIL") tls.certificate = ClientCertificate::untrusted;
  }
}

// Writers that are known to write ESMTPS for a message over TLS: their ESMTP means plaintext. Postfix
// alone writes SMTP for a client that greeted with HELO, even under TLS.
bool tells_plaintext(ReceivedHop const& hop, std::vector<std::string_view> const& comments,
                     std::string_view field) {
  if (hop.with != "ESMTP" && hop.with != "SMTP" && hop.with != "UTF8SMTP" && hop.with != "ESMTPA")
    return false;
  auto const comment_has = [&](auto&& matches) {
    return std::any_of(comments.begin(), comments.end(), matches);
  };
  if (comment_has([](std::string_view c) { return c.find("Postfix") != std::string_view::npos; }))
    return hop.with != "SMTP";
  constexpr std::array<std::string_view, 10> writers{"Exim ",         "OpenSMTPD", "Haraka", "chasquid",
                                                     "Stalwart SMTP", "Nemesis",   "Halon",  "Postern",
                                                     "Sendmail",      "KumoMTA"};
  for (auto const writer : writers)
    if (comment_has([&](std::string_view c) { return c.starts_with(writer); })) return true;
  // sendmail's "(8.17.1/8.17.1)", also with a vendor's addition
  if (comment_has([](std::string_view c) {
        return c.size() > 5 && c[0] == '8' && c[1] == '.' && c.find("/8.") != std::string_view::npos;
      }))
    return true;
  if (comment_has([](std::string_view c) { return c == "PPS"; })) return true;
  if (hop.by == "mx.google.com" || hop.by.ends_with(".mimecast.com") || hop.by.ends_with(".zohomail.com"))
    return true;
  return field.find(" via tcp ") != std::string_view::npos;  // mox
}

bool is_tls_word(std::string_view with) {  // RFC 3848, RFC 6531 section 4.3, and what is written beside them
  for (auto const word : {"ESMTPS", "ESMTPSA", "SMTPS", "UTF8SMTPS", "UTF8SMTPSA", "LMTPS", "LMTPSA",
                          "UTF8ESMTPS", "UTF8ESMTPSA"})
    if (with == word) return true;
  return false;
}

std::string without_brackets(std::string_view path) {
  if (path.starts_with('<')) path.remove_prefix(1);
  if (path.ends_with('>')) path.remove_suffix(1);
  return std::string(path);
}

// Takes a field's tokens from left to right: a keyword begins a clause, the word behind it is its value.
class Reader {
 public:
  explicit Reader(std::string_view field) : field_(field) {}

  ReceivedHop read() {
    for (auto const& token : tokens_of(field_)) {
      if (token.comment) {
        comment(token.text);
      } else if (token.text == ";") {
        date_at_ = static_cast<std::size_t>(token.text.data() - field_.data()) + 1;
        clause_ = Clause::date;
      } else if (!value_due_ && is_keyword(token)) {  // a HELO may be named "by"
        keyword(lowered(token.text));
      } else {
        word(token.text);
      }
    }
    conclude();
    return std::move(hop_);
  }

 private:
  enum class Clause : std::uint8_t { none, from, by, with, id, recipient, tls, date };

  static Clause clause_of(std::string_view keyword) {
    if (keyword == "from") return Clause::from;
    if (keyword == "by") return Clause::by;
    if (keyword == "with") return Clause::with;
    if (keyword == "id") return Clause::id;
    if (keyword == "for") return Clause::recipient;
    if (keyword == "tls") return Clause::tls;
    return Clause::none;
  }

  void comment(std::string_view text) {
    comments_.push_back(text);
    if (clause_ == Clause::from) read_from_comment(text, hop_);
    read_tls_comment(text, hop_.tls);
    read_certificate_comment(text, hop_.tls);
    if (istarts_with(text, "envelope-from ")) {  // Exim
      hop_.envelope_from = without_brackets(trimmed(text.substr(14)));
      hop_.has_envelope_from = true;
    }
  }

  void keyword(std::string_view word) {
    if (clause_ == Clause::date) return;
    clause_ = clause_of(word);
    if (clause_ == Clause::from) hop_.has_from = true;
    value_due_ = clause_ != Clause::none;
  }

  void word(std::string_view text) {
    bool const value = std::exchange(value_due_, false);
    if (clause_ == Clause::with) return with_word(text, value);
    if (!value) return;
    switch (clause_) {
      case Clause::from: hop_.helo = text; break;
      case Clause::by: hop_.by = lowered(text); break;
      case Clause::id: hop_.id = text; break;
      case Clause::recipient: hop_.for_recipient = without_brackets(text); break;
      case Clause::tls:
        tls_clause_ = text.find('_') != std::string_view::npos;
        break;  // RFC 8314 section 4.3
      case Clause::with:
      case Clause::none:
      case Clause::date: break;
    }
  }

  // "ESMTPS"; Mimecast "ESMTP with STARTTLS"; Cisco "ESMTP/TLS/ECDHE-..."; MessageLabs "ECDHE-... encrypted
  // SMTP"; "Microsoft SMTP Server".
  void with_word(std::string_view text, bool value) {
    if (iequals(text, "STARTTLS") || (text == "encrypted" && hop_.with.find('-') != std::string::npos)) {
      hop_.tls.used = Tristate::yes;
    } else if (value) {
      auto const slash = std::min(text.find('/'), text.size());
      hop_.with = upper(text.substr(0, slash));
      if (text.substr(slash).starts_with("/TLS")) hop_.tls.used = Tristate::yes;
    }
  }

  void conclude() {
    if (!hop_.client && hop_.has_from) hop_.client = address_in(hop_.helo);
    auto& used = hop_.tls.used;
    if (used == Tristate::unknown && (is_tls_word(hop_.with) || tls_clause_)) used = Tristate::yes;
    if (used == Tristate::unknown && (hop_.with == "MICROSOFT" || tells_plaintext(hop_, comments_, field_)))
      used = Tristate::no;
    if (used != Tristate::yes) hop_.tls.certificate.reset();
    if (date_at_ > 0) hop_.at = wire::parse_date_time(field_.substr(date_at_));
  }

  std::string_view field_;
  ReceivedHop hop_;
  Clause clause_ = Clause::none;
  bool value_due_ = false;   // the next word is the value of its clause
  bool tls_clause_ = false;  // with a cipher in it
  std::size_t date_at_ = 0;  // where the date begins; 0: none
  std::vector<std::string_view> comments_;
};

}  // namespace

ReceivedHop parse_received(std::string_view folded) {
  std::string unfolded(folded.substr(0, max_field));
  std::replace_if(
      unfolded.begin(), unfolded.end(), [](char c) { return c == '\r' || c == '\n' || c == '\t'; }, ' ');
  return Reader(unfolded).read();
}

}  // namespace postern::whatif
