#include "whatif/readers/received_tls.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// As tls_version_name; .NET writes "Tls12".
std::string_view version_of(std::string_view text) {
  if (istarts_with(text, "Tls1") && text.size() > 4 && is_digit(text[4])) {
    constexpr std::array<std::string_view, 4> versions{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
    auto const digit = static_cast<std::size_t>(text[4] - '0');
    return digit < versions.size() ? versions[digit] : std::string_view();
  }
  return tls_version_name(text);
}

void say_yes(TlsSeen& tls, std::string_view version) {
  tls.used = Tristate::yes;
  if (tls.version.empty()) tls.version = version_of(version);
}

// "TLSv1.2:ECDHE-...:256", "TLS1.3", "TLSv1_3:TLS13_AES...", "TLS1.3 TLS_AES...": the version stands alone,
// or before its cipher.
bool begins_with_version(std::string_view comment) {
  return !tls_version_name(comment).empty() && std::min(comment.find_first_of(": ,"), comment.size()) <= 8;
}

void read_use(std::string_view comment, TlsSeen& tls) {
  if (comment.starts_with("using ")) {  // Postfix, Yandex, Stalwart
    auto const version = comment.substr(6);
    if (!version_of(version).empty() || version.starts_with(unknown_tls_version)) say_yes(tls, version);
  } else if (comment.starts_with("version=")) {  // sendmail, Google, Exchange, Mimecast, hMailServer
    say_yes(tls, comment.substr(8));
  } else if (comment.starts_with("TLS: ")) {  // Courier
    say_yes(tls, comment.substr(5));
  } else if (comment.starts_with("Cipher TLS") || comment.starts_with("Cipher SSL")) {
    say_yes(tls, comment.substr(7));
  } else if (comment.starts_with("over SMTP, ")) {  // chasquid
    auto const rest = comment.substr(11);
    if (rest.starts_with("plain text"))
      tls.used = Tristate::no;
    else
      say_yes(tls, rest);
  } else if (comment == "TLS" || comment == "SSL" ||  // Exchange 2007 to 2013, MDaemon
             comment.starts_with("Google Transport Security") ||
             comment.ends_with(" encrypted")) {  // qpsmtpd
    say_yes(tls, {});
  } else if (begins_with_version(comment)) {  // Exim, OpenSMTPD, KumoMTA, mox
    say_yes(tls, comment);
  }
}

void read_certificate(std::string_view comment, TlsSeen& tls) {
  using policy::ClientCertificate;
  if (istarts_with(comment, "No client certificate") || istarts_with(comment, "Client did not present") ||
      istarts_with(comment, "Client certificate not present"))
    tls.certificate = ClientCertificate::none;
  else if (comment.starts_with("Client CN ") || comment.starts_with("Client RPK "))
    tls.certificate = comment.ends_with("(verified OK)") ? ClientCertificate::trusted  // not within a name
                                                         : ClientCertificate::untrusted;
  else if (comment.starts_with("version=")) {
    auto const verify = between(comment, "verify=", ' ');
    if (verify == "OK") tls.certificate = ClientCertificate::trusted;
    if (verify == "NO" || verify == "NOT") tls.certificate = ClientCertificate::none;
    if (verify == "FAIL") tls.certificate = ClientCertificate::untrusted;
  }
}

template <std::size_t N>
bool is_one_of(std::string_view word, std::array<std::string_view, N> const& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

void read_tls_comment(std::string_view comment, TlsSeen& tls) {
  read_use(comment, tls);
  read_certificate(comment, tls);
}

bool is_tls_protocol(std::string_view with) {
  static constexpr std::array<std::string_view, 9> words{"ESMTPS",    "ESMTPSA",    "SMTPS",
                                                         "UTF8SMTPS", "UTF8SMTPSA", "LMTPS",
                                                         "LMTPSA",    "UTF8ESMTPS", "UTF8ESMTPSA"};
  return is_one_of(with, words);
}

bool is_plaintext_protocol(std::string_view with) {
  static constexpr std::array<std::string_view, 4> words{"ESMTP", "SMTP", "UTF8SMTP", "ESMTPA"};
  return is_one_of(with, words);
}

bool is_authenticated_protocol(std::string_view with) {
  return with.ends_with('A') && with.find("SMTP") != std::string_view::npos;
}

}  // namespace postern::whatif
