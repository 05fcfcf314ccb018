#include "auth/dkim_verification.hpp"

#include <algorithm>
#include <map>

#include "auth/dns_name.hpp"
#include "base/ascii.hpp"
#include "base/base64.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_problem = 200;
constexpr std::size_t most_key_records = 10;  // of one name

DkimAnswer answer_for(DkimSignature const& signature) {
  return {.domain = signature.domain,
          .selector = signature.selector,
          .identity = signature.identity.empty() ? "@" + signature.domain : signature.identity,
          .signature = base64(signature.signature).substr(0, 8),
          .key_type = signature.key_type};
}

DkimAnswer ended(DkimAnswer answer, DkimResult result, std::string problem) {
  answer.result = result;
  answer.problem = printable(problem, most_problem);
  return answer;
}

bool is_of_the_very_domain(DkimSignature const& signature) {
  auto const at = signature.identity.rfind('@');
  if (signature.identity.empty() || at == std::string::npos) return true;
  return comparable_domain(std::string_view(signature.identity).substr(at + 1)) == signature.domain;
}

}  // namespace

std::string header_hash(std::vector<HeaderField> const& fields, std::vector<std::string> const& names,
                        Canonical form, std::string_view signature_field) {
  Sha256Stream hash;
  std::map<std::string, std::size_t> places;  // by name: those behind it have been taken
  for (auto const& name : names) {
    auto place = places.try_emplace(lowered(name), fields.size()).first;
    while (place->second > 0) {  // from the last one up; those that are not there count as nothing
      auto const& field = fields[--place->second];
      // A signature may sign others of its kind, never itself (section 3.7).
      if (!iequals(field.name(), name) || field.text.data() == signature_field.data()) continue;
      hash.feed(canonical_field(field.text, form));
      break;
    }
  }
  auto own = canonical_field(without_signature(signature_field), form);
  own.resize(own.size() - 2);  // without its CRLF
  hash.feed(own);
  return hash.finish();
}

std::optional<FoundKey> find_dkim_key(DkimSignature const& signature, DnsView& dns) {
  auto const* reply = dns.find(signature.key_name(), wire::DnsType::txt);
  if (reply == nullptr) return std::nullopt;
  if (reply->status == DnsReply::Status::failed)
    return FoundKey{.result = DkimResult::temperror, .problem = "the DNS gives no answer about the key"};
  FoundKey out{.problem = "there is no key in the DNS"};
  auto records = wire::parse_txts(reply->records);
  if (records.size() > most_key_records) records.resize(most_key_records);
  for (auto const& record : records) {
    auto key = parse_dkim_key(record);
    if (!key) {
      out.problem = key.error();
      continue;
    }
    if (key->key == nullptr)
      out.problem = "the key has been revoked";
    else if (key->key->type() != signature.key_type)
      out.problem = "the key is of another type";
    else if (!key->takes_sha256)
      out.problem = "the key is not for SHA-256";
    else if (!key->for_mail)
      out.problem = "the key is not for mail";
    else
      return FoundKey{.key = *std::move(key)};
  }
  return out;
}

void DkimVerification::begin(MessageDigests& digests) {
  for (std::size_t i = 0; i < digests.fields().size() && signatures_.size() < most_signatures; ++i) {
    auto const& field = digests.fields()[i];
    if (!iequals(field.name(), "DKIM-Signature")) continue;
    Signature signature{.field = i, .parsed = parse_dkim_signature(field.value()), .body_hash = {}};
    if (signature.parsed)
      signature.body_hash =
          digests.want_body_hash(signature.parsed->body_form, signature.parsed->body_length);
    signatures_.push_back(std::move(signature));
  }
}

void DkimVerification::want_keys(DnsView& dns) const {
  for (auto const& signature : signatures_)
    if (asks_for_key(signature)) dns.find(signature.parsed->key_name(), wire::DnsType::txt);
}

bool DkimVerification::asks_for_key(Signature const& signature) {
  return signature.parsed && !signature.parsed->uses_sha1;
}

namespace {

// Fields are signed from the bottom up: what is put above the signed ones is somebody else's (RFC 6376
// section 8.15).
bool has_unsigned_author(std::vector<HeaderField> const& fields,
                         std::vector<std::string> const& signed_names) {
  auto const are_there = std::count_if(
      fields.begin(), fields.end(), [](HeaderField const& field) { return iequals(field.name(), "From"); });
  auto const are_signed = std::count_if(signed_names.begin(), signed_names.end(),
                                        [](std::string const& name) { return iequals(name, "From"); });
  return are_there > are_signed;
}

}  // namespace

std::optional<DkimAnswer> DkimVerification::verify(Signature const& signature, MessageDigests const& digests,
                                                   DnsView& dns, std::uint64_t now) {
  if (!signature.parsed) return ended({}, DkimResult::permerror, signature.parsed.error());
  auto const& parsed = *signature.parsed;
  auto answer = answer_for(parsed);
  if (parsed.uses_sha1) return ended(answer, DkimResult::permerror, "rsa-sha1 is not verified");
  if (!signature.body_hash) return ended(answer, DkimResult::permerror, "too many forms of the body");
  if (parsed.expires && *parsed.expires < now) return ended(answer, DkimResult::fail, "it has expired");
  auto const found = find_dkim_key(parsed, dns);
  if (!found) return std::nullopt;
  if (!found->key) return ended(answer, found->result, found->problem);
  answer.bits = found->key->key->bits();
  answer.testing = found->key->testing;
  if (found->key->strict && !is_of_the_very_domain(parsed))
    return ended(answer, DkimResult::permerror, "the key may not sign for names below its domain");
  if (digests.is_shorter(*signature.body_hash) || digests.body_hash(*signature.body_hash) != parsed.body_hash)
    return ended(answer, DkimResult::fail, "the body has been changed");
  auto const hash = header_hash(digests.fields(), parsed.headers, parsed.header_form,
                                digests.fields()[signature.field].text);
  if (!found->key->key->verify(hash, parsed.signature))
    return ended(answer, DkimResult::fail, "the header has been changed, or another key has signed");
  if (has_unsigned_author(digests.fields(), parsed.headers))
    return ended(answer, DkimResult::policy, "a From field is not signed");
  if (digests.is_longer(*signature.body_hash))
    return ended(answer, DkimResult::policy, "a part of the body is not signed (l=)");
  answer.result = DkimResult::pass;
  return answer;
}

std::optional<std::vector<DkimAnswer>> DkimVerification::results(MessageDigests const& digests, DnsView& dns,
                                                                 std::uint64_t now) const {
  bool known = true;  // all keys are, before anything is computed
  for (auto const& signature : signatures_)
    if (asks_for_key(signature) && dns.find(signature.parsed->key_name(), wire::DnsType::txt) == nullptr)
      known = false;
  if (!known) return std::nullopt;
  std::vector<DkimAnswer> out;
  for (auto const& signature : signatures_) {
    auto answer = verify(signature, digests, dns, now);
    if (!answer) return std::nullopt;
    out.push_back(*std::move(answer));
  }
  return out;
}

}  // namespace postern::auth
