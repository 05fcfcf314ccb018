#include "auth/signing.hpp"

#include <algorithm>
#include <array>

#include "auth/dkim_verification.hpp"
#include "base/ascii.hpp"
#include "base/base64.hpp"

namespace postern::auth {
namespace {

// RFC 6376 section 5.4.1, without those that others change on the way.
constexpr std::array<std::string_view, 21> signed_names{"From",
                                                        "To",
                                                        "Cc",
                                                        "Subject",
                                                        "Date",
                                                        "Message-ID",
                                                        "Reply-To",
                                                        "Sender",
                                                        "In-Reply-To",
                                                        "References",
                                                        "MIME-Version",
                                                        "Content-Type",
                                                        "Content-Transfer-Encoding",
                                                        "Resent-From",
                                                        "Resent-To",
                                                        "Resent-Cc",
                                                        "Resent-Date",
                                                        "List-Id",
                                                        "List-Post",
                                                        "List-Unsubscribe",
                                                        "List-Unsubscribe-Post"};  // RFC 8058 section 4
constexpr std::array<std::string_view, 4> oversigned_names{"From", "Subject", "Date", "To"};
constexpr std::size_t fold_at = 72;

template <std::size_t N>
bool is_among(std::array<std::string_view, N> const& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view one) { return iequals(one, name); });
}

// A field that is written tag by tag, folded between tags and within long values.
class FieldWriter {
 public:
  explicit FieldWriter(std::string name) : out_(std::move(name)) {
    out_ += ':';
    width_ = out_.size();
  }
  void tag(std::string_view text) {
    if (text_begun_) {
      out_ += ';';
      ++width_;
    }
    text_begun_ = true;
    fold(text.size() + 1);
    put(text);
  }
  // Parts of a value between which white space may stand.
  void list(std::string_view name, std::vector<std::string> const& parts, char separator) {
    tag(std::string(name) + "=" + parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) {
      out_ += separator;
      ++width_;
      if (width_ + parts[i].size() > fold_at) fold(fold_at);
      put(parts[i]);
    }
  }
  void base64_tag(std::string_view name, std::string_view bytes) {
    tag(std::string(name) + "=");
    auto const text = base64(bytes);
    for (std::size_t at = 0; at < text.size(); at += fold_at - 8) {
      auto const part = std::string_view(text).substr(at, fold_at - 8);
      if (width_ + part.size() > fold_at) fold(fold_at);
      put(part);
    }
  }
  std::string const& text() const { return out_; }
  std::string finished() const { return out_ + "\r\n"; }

 private:
  void fold(std::size_t needed) {
    if (width_ + needed > fold_at) {
      out_ += "\r\n\t";
      width_ = 8;
    } else {
      out_ += ' ';
      ++width_;
    }
  }
  void put(std::string_view text) {
    out_ += text;
    width_ += text.size();
  }
  std::string out_;
  std::size_t width_ = 0;
  bool text_begun_ = false;
};

std::string algorithm(Signer const& signer) {
  return signer.key->type() == KeyType::rsa ? "a=rsa-sha256" : "a=ed25519-sha256";
}

std::string chain_state(ArcResult result) {
  switch (result) {
    case ArcResult::none: return "cv=none";
    case ArcResult::pass: return "cv=pass";
    case ArcResult::fail:
    case ArcResult::temperror: break;
  }
  return "cv=fail";
}

// The tags that DKIM's and ARC's signatures share, with the signature at the end.
std::string sign(FieldWriter field, Signer const& signer, std::vector<HeaderField> const& fields,
                 std::vector<std::string> const& names, std::string const& body_hash, std::uint64_t now) {
  field.tag(algorithm(signer));
  field.tag("c=relaxed/relaxed");
  field.tag("d=" + signer.domain);
  field.tag("s=" + signer.selector);
  field.tag("t=" + std::to_string(now));
  field.list("h", names, ':');
  field.base64_tag("bh", body_hash);
  auto unsigned_field = field;
  unsigned_field.tag("b=");
  field.base64_tag("b",
                   signer.key->sign(header_hash(fields, names, Canonical::relaxed, unsigned_field.text())));
  return field.finished();
}

}  // namespace

std::vector<std::string> names_to_sign(std::vector<HeaderField> const& fields) {
  std::vector<std::string> out;
  for (auto const& field : fields)
    if (is_among(signed_names, field.name())) out.push_back(lowered(field.name()));
  for (auto const name : oversigned_names) out.push_back(lowered(name));
  return out;
}

std::string dkim_signature_field(Signer const& signer, std::vector<HeaderField> const& fields,
                                 std::string const& body_hash, std::uint64_t now) {
  FieldWriter field("DKIM-Signature");
  field.tag("v=1");
  return sign(std::move(field), signer, fields, names_to_sign(fields), body_hash, now);
}

std::string arc_set(Signer const& signer, std::vector<HeaderField> const& fields,
                    std::string const& body_hash, std::string const& results, ArcAnswer const& chain,
                    std::uint64_t now) {
  if (chain.ended || chain.instances >= ArcVerification::most_instances ||
      chain.result == ArcResult::temperror)
    return {};
  if (chain.result == ArcResult::fail && chain.instances == 0) return {};  // a first seal cannot say "fail"
  auto const instance = "i=" + std::to_string(chain.instances + 1);
  std::string const results_field = "ARC-Authentication-Results: " + instance + "; " + results + "\r\n";
  FieldWriter signature("ARC-Message-Signature");
  signature.tag(instance);
  auto names = names_to_sign(fields);
  for (auto const& field : fields)  // RFC 8617 section 4.1.2: the signatures that came are covered, too
    if (iequals(field.name(), "DKIM-Signature")) names.push_back(lowered(field.name()));
  auto const signature_field = sign(std::move(signature), signer, fields, names, body_hash, now);

  FieldWriter seal("ARC-Seal");
  seal.tag(instance);
  seal.tag(algorithm(signer));
  seal.tag("t=" + std::to_string(now));
  seal.tag(chain_state(chain.result));
  seal.tag("d=" + signer.domain);
  seal.tag("s=" + signer.selector);
  auto unsigned_seal = seal;
  unsigned_seal.tag("b=");
  auto const hash = next_seal_hash(fields, chain, results_field, signature_field, unsigned_seal.text());
  seal.base64_tag("b", signer.key->sign(hash));
  return seal.finished() + signature_field + results_field;
}

}  // namespace postern::auth
