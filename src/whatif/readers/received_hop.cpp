#include "whatif/readers/received_hop.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/received_client.hpp"
#include "whatif/readers/received_tls.hpp"
#include "whatif/readers/received_tokens.hpp"
#include "wire/date_time.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t max_field = 16 * 1024;

// In one line, with one blank for each run of white space.
std::string unfold(std::string_view folded) {
  std::string out;
  out.reserve(folded.size());
  for (char const c : folded) {
    bool const is_space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!is_space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return out;
}

std::string in_upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_upper(c);
  return out;
}

std::string without_brackets(std::string_view path) {
  if (path.starts_with('<')) path.remove_prefix(1);
  if (path.ends_with('>')) path.remove_suffix(1);
  return std::string(path);
}

// Writers that are known to write ESMTPS, or a comment, for a message over TLS: their ESMTP and SMTP mean
// plaintext. `comment`: one behind "by".
bool tells_plaintext(std::string_view comment) {
  static constexpr auto writers =
      std::to_array<std::string_view>({"Exim ", "OpenSMTPD", "Haraka", "chasquid", "Stalwart SMTP", "Nemesis",
                                       "Halon", "Postern", "Sendmail", "KumoMTA"});
  if (std::any_of(writers.begin(), writers.end(),
                  [&](std::string_view writer) { return comment.starts_with(writer); }))
    return true;
  // sendmail's "8.17.1/8.17.1", also with a vendor's addition
  bool const is_sendmail = comment.starts_with("8.") && comment.find("/8.") != std::string_view::npos;
  return is_sendmail || comment == "PPS" || comment.find("Postfix") != std::string_view::npos;
}

bool host_tells_plaintext(std::string_view by) {
  return by == "mx.google.com" || by.ends_with(".mimecast.com") || by.ends_with(".zohomail.com");
}

bool is_version(std::string_view id) {  // "15.20.6768.30"
  return id.find('.') != std::string_view::npos &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_digit(c) || c == '.'; });
}

// Takes a field's tokens from left to right: a keyword begins a clause, the word behind it is its value. The
// first clause of each kind counts, since later ones may be in words of the sender.
class HopReader {
 public:
  explicit HopReader(std::string_view field) : field_(field), tokens_(tokens_of_received(field)) {}

  ReceivedHop read() {
    read_from();
    for (; at_ < tokens_.size(); ++at_) {
      auto const& token = tokens_[at_];
      if (token.is_comment())
        comment(token.text);
      else if (!token.is_word())
        semicolon(token.text);
      else if (!value_due_ && begins_clause(token.text))
        value_due_ = true;
      else
        word(token.text);
    }
    conclude();
    return std::move(hop_);
  }

 private:
  enum class Clause : std::uint8_t { none, by, with, id, recipient, via, tls, envelope_from, over, last_ };

  struct Keyword {
    std::string_view word;
    Clause clause;
  };
  static constexpr auto keywords = std::to_array<Keyword>({{"by", Clause::by},
                                                           {"with", Clause::with},
                                                           {"id", Clause::id},
                                                           {"for", Clause::recipient},
                                                           {"via", Clause::via},
                                                           {"tls", Clause::tls},
                                                           {"envelope-from", Clause::envelope_from},
                                                           {"over", Clause::over}});

  // "from" counts only as the field's first word; what it names may be called "by".
  void read_from() {
    in_from_ = !tokens_.empty() && tokens_[0].is_word() && iequals(tokens_[0].text, "from");
    if (!in_from_) return;
    hop_.has_from = true;
    std::size_t const first = tokens_.size() > 1 && tokens_[1].is_word() ? 2 : 1;
    auto end = find_end(first, "by");
    if (end == tokens_.size() || !tokens_[end].is_word()) end = find_end(first, "with");
    from_ = std::span(tokens_).subspan(1, end - 1);
    for (auto const& token : from_)
      if (token.is_comment()) comment(token.text);
    at_ = end;
    in_from_ = false;
  }

  // Where the keyword is, or the semicolon, or the end.
  std::size_t find_end(std::size_t from, std::string_view keyword) const {
    while (from < tokens_.size() && tokens_[from].kind != ReceivedToken::Kind::semicolon &&
           !(tokens_[from].is_word() && iequals(tokens_[from].text, keyword)))
      ++from;
    return from;
  }

  bool begins_clause(std::string_view text) {
    if (date_at_ > 0) return false;
    for (auto const& keyword : keywords)
      if (iequals(text, keyword.word)) {
        auto& begun = begun_[static_cast<std::size_t>(keyword.clause)];
        clause_ = begun ? Clause::none : keyword.clause;
        begun = true;
        return true;
      }
    return false;
  }

  void semicolon(std::string_view text) {
    last_semicolon_ = static_cast<std::size_t>(text.data() - field_.data()) + 1;
    if (date_at_ == 0) date_at_ = last_semicolon_;
    clause_ = Clause::none;
    value_due_ = false;
  }

  void comment(std::string_view text) {
    bool const has_peer = text.find('[') != std::string_view::npos && in_from_;
    auto const before = hop_.tls.used;
    if (!has_peer) read_tls_comment(text, hop_.tls);
    hop_.has_tls_comment =
        hop_.has_tls_comment || (before != hop_.tls.used && hop_.tls.used == Tristate::yes);
    if (istarts_with(text, "authenticated") || istarts_with(text, "AUTH: ") || istarts_with(text, "account "))
      hop_.authenticated = true;
    if (istarts_with(text, "envelope-from ") && !hop_.has_envelope_from) {  // Exim
      hop_.envelope_from = without_brackets(trimmed(text.substr(14)));
      hop_.has_envelope_from = true;
    }
    if (!in_from_ && date_at_ == 0 && text.find('@') == std::string_view::npos) writer_comment(text);
  }

  void writer_comment(std::string_view text) {
    if (clause_ == Clause::by && !hop_.by_address) hop_.by_address = log_address(text);
    tells_plaintext_ = tells_plaintext_ || tells_plaintext(text);
    if (hop_.writer != HopWriter::other) return;
    if (text.starts_with("Exim ")) hop_.writer = HopWriter::exim;
    if (text.find("Postfix") != std::string_view::npos) hop_.writer = HopWriter::postfix;
    if (text.starts_with("amavis")) hop_.writer = HopWriter::amavis;
  }

  void word(std::string_view text) {
    bool const is_value = std::exchange(value_due_, false);
    if (clause_ == Clause::with) return with_word(text, is_value);
    if (clause_ == Clause::over && iequals(text, "TLS")) hop_.tls.used = Tristate::yes;  // IIS
    if (clause_ == Clause::none && date_at_ == 0 && is_value && text == "STARTTLS")      // Mimecast
      hop_.tls.used = Tristate::yes;
    if (!is_value) return;
    switch (clause_) {
      case Clause::by: hop_.by = lowered(text); break;
      case Clause::id: hop_.id = text; break;
      case Clause::recipient: hop_.for_recipient = without_brackets(text); break;
      case Clause::via:
        hop_.via = in_upper_case(text);
        via_tcp_ = text == "tcp";
        break;
      case Clause::tls:
        tls_clause_ = text.find('_') != std::string_view::npos;
        break;  // RFC 8314 section 4.3
      case Clause::envelope_from:
        hop_.envelope_from = without_brackets(text);
        hop_.has_envelope_from = true;
        break;
      case Clause::with:
      case Clause::over:
      case Clause::none:
      case Clause::last_: break;
    }
  }

  // "ESMTPS"; Mimecast "ESMTP with STARTTLS"; Cisco "ESMTP/TLS/ECDHE-..."; MessageLabs "ECDHE-... encrypted
  // SMTP"; "MailEnable ESMTP"; "Microsoft SMTP Server"; "Microsoft SMTPSVC".
  void with_word(std::string_view text, bool is_value) {
    if (is_value) {
      auto const slash = std::min(text.find('/'), text.size());
      hop_.with = in_upper_case(text.substr(0, slash));
      if (text.substr(slash).starts_with("/TLS")) hop_.tls.used = Tristate::yes;
    } else if (text == "STARTTLS" || (text == "encrypted" && hop_.with.find('-') != std::string::npos)) {
      hop_.tls.used = Tristate::yes;
    } else if (hop_.with == "MICROSOFT" && (text == "SMTP" || text.starts_with("SMTPSVC"))) {
      tells_plaintext_ = true;
      if (text == "SMTP") hop_.writer = HopWriter::exchange;
    } else if (hop_.with == "MAILENABLE") {
      hop_.with = in_upper_case(text);
    }
  }

  void conclude() {
    auto client = client_of(from_, hop_.writer == HopWriter::exim);
    hop_.client = client.address;
    hop_.client_name = std::move(client.name);
    hop_.helo = std::move(client.helo);
    if (is_authenticated_protocol(hop_.with)) hop_.authenticated = true;
    if (hop_.writer == HopWriter::exchange && is_version(hop_.id)) hop_.id.clear();
    conclude_tls();
    if (date_at_ > 0) hop_.at = wire::parse_date_time(field_.substr(last_semicolon_));
    if (!hop_.at && date_at_ < last_semicolon_) hop_.at = wire::parse_date_time(field_.substr(date_at_));
  }

  void conclude_tls() {
    auto& used = hop_.tls.used;
    if (used == Tristate::unknown && (is_tls_protocol(hop_.with) || tls_clause_)) used = Tristate::yes;
    bool const is_plain = is_plaintext_protocol(hop_.with) || hop_.with == "MICROSOFT";
    bool const is_told =
        tells_plaintext_ || host_tells_plaintext(hop_.by) || (via_tcp_ && hop_.with != "SMTP");
    if (used == Tristate::unknown && is_plain && is_told) {
      hop_.plaintext_if_writer_comments = hop_.writer == HopWriter::postfix && hop_.with == "SMTP";
      if (!hop_.plaintext_if_writer_comments) used = Tristate::no;
    }
    if (used != Tristate::yes) hop_.tls.certificate.reset();
  }

  std::string_view field_;
  std::vector<ReceivedToken> tokens_;
  std::size_t at_ = 0;
  std::span<ReceivedToken const> from_;
  bool in_from_ = false;
  ReceivedHop hop_;
  Clause clause_ = Clause::none;
  std::array<bool, static_cast<std::size_t>(Clause::last_)> begun_{};
  bool value_due_ = false;        // the next word is the value of its clause
  bool tls_clause_ = false;       // with a cipher in it
  bool via_tcp_ = false;          // mox
  bool tells_plaintext_ = false;  // the writer would have told of TLS
  std::size_t date_at_ = 0;       // where the clauses end and the date begins; 0: none
  std::size_t last_semicolon_ = 0;
};

}  // namespace

ReceivedHop parse_received(std::string_view folded) {
  auto const field = unfold(folded.substr(0, max_field));
  return HopReader(field).read();
}

}  // namespace postern::whatif
