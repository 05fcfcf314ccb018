#include "auth/arc_verification.hpp"

#include <algorithm>
#include <charconv>

#include "auth/dkim_verification.hpp"
#include "auth/tag_list.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

// "i=1; mx.example.org; spf=pass ..." without "i=1;".
std::string behind_instance(std::string_view value) {
  auto const semicolon = value.find(';');
  return semicolon == std::string_view::npos ? std::string()
                                             : std::string(trimmed(value.substr(semicolon + 1)));
}

// In the results the instance comes first, and a semicolon behind it (RFC 8617 section 4.1.1).
std::uint32_t results_instance(std::string_view value) {
  auto const semicolon = value.find(';');
  return semicolon == std::string_view::npos ? 0 : arc_instance(value.substr(0, semicolon));
}

}  // namespace

std::uint32_t arc_instance(std::string_view value) {
  for (auto const tag : split_list(value, ';')) {
    auto const equals = tag.find('=');
    if (equals == std::string_view::npos || !iequals(trimmed(tag.substr(0, equals)), "i")) continue;
    auto const text = trimmed(tag.substr(equals + 1));
    std::uint32_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
  }
  return 0;
}

std::string next_seal_hash(std::vector<HeaderField> const& fields, ArcAnswer const& chain,
                           std::string_view results, std::string_view signature, std::string_view seal) {
  Sha256Stream hash;
  if (chain.result == ArcResult::pass)
    for (std::uint32_t instance = 1; instance <= chain.instances; ++instance)
      for (std::string_view const name : {"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"})
        for (auto const& field : fields)
          if (iequals(field.name(), name) && arc_instance(field.value()) == instance)
            hash.feed(canonical_field(field.text, Canonical::relaxed));
  hash.feed(canonical_field(results, Canonical::relaxed));
  hash.feed(canonical_field(signature, Canonical::relaxed));
  auto own = canonical_field(seal, Canonical::relaxed);
  own.resize(own.size() - 2);
  hash.feed(own);
  return hash.finish();
}

void ArcVerification::complain(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

void ArcVerification::sort_in(HeaderField const& field) {
  HeaderField const* Set::*kind = nullptr;
  auto const name = field.name();
  if (iequals(name, "ARC-Authentication-Results"))
    kind = &Set::results;
  else if (iequals(name, "ARC-Message-Signature"))
    kind = &Set::signature;
  else if (iequals(name, "ARC-Seal"))
    kind = &Set::seal;
  else
    return;
  auto const instance = kind == &Set::results ? results_instance(field.value()) : arc_instance(field.value());
  if (instance == 0 || instance > most_instances) return complain("an instance is not from 1 to 50");
  if (sets_.size() < instance) sets_.resize(instance);
  auto& place = sets_[instance - 1].*kind;
  if (place != nullptr) return complain("a set has two fields of one kind");
  place = &field;
}

void ArcVerification::parse_sets() {
  // All seals, whatever else is wrong: one that says that the chain has ended is to be seen.
  for (auto& set : sets_) {
    if (set.seal == nullptr) continue;
    auto seal = parse_arc_seal(set.seal->value());
    if (seal)
      set.parsed_seal = *std::move(seal);
    else
      set.seal_problem = seal.error();
  }
  for (std::size_t i = 0; i < sets_.size() && problem_.empty(); ++i) {
    auto& set = sets_[i];
    if (set.results == nullptr || set.signature == nullptr || set.seal == nullptr)
      return complain("set " + std::to_string(i + 1) + " is not complete");
    if (!set.seal_problem.empty()) return complain("ARC-Seal: " + set.seal_problem);
    auto signature = parse_arc_message_signature(set.signature->value());
    if (!signature) return complain("ARC-Message-Signature: " + signature.error());
    set.parsed_signature = *std::move(signature);
  }
}

void ArcVerification::begin(MessageDigests& digests) {
  for (auto const& field : digests.fields()) sort_in(field);
  parse_sets();
  if (sets_.empty() || !problem_.empty()) return;
  auto const& last = sets_.back().parsed_signature;
  body_hash_ = digests.want_body_hash(last.body_form, last.body_length);
}

void ArcVerification::want_keys(DnsView& dns) const { has_keys(dns); }

bool ArcVerification::has_keys(DnsView& dns) const {
  if (!problem_.empty() || sets_.empty()) return true;
  auto const has_key = [&](DkimSignature const& signature) {
    return dns.find(signature.key_name(), wire::DnsType::txt) != nullptr;
  };
  bool known = has_key(sets_.back().parsed_signature);
  for (auto const& set : sets_) known = has_key(set.parsed_seal.signature) && known;
  return known;
}

// RFC 8617 section 5.1.1: all sets up to this one, each in the order results, signature, seal.
std::string ArcVerification::seal_hash(std::size_t up_to) const {
  Sha256Stream hash;
  for (std::size_t i = 0; i < up_to; ++i) {
    auto const& set = sets_[i];
    hash.feed(canonical_field(set.results->text, Canonical::relaxed));
    hash.feed(canonical_field(set.signature->text, Canonical::relaxed));
    if (i + 1 < up_to) hash.feed(canonical_field(set.seal->text, Canonical::relaxed));
  }
  auto own = canonical_field(without_signature(sets_[up_to - 1].seal->text), Canonical::relaxed);
  own.resize(own.size() - 2);
  hash.feed(own);
  return hash.finish();
}

ArcAnswer ArcVerification::described() const {
  ArcAnswer out{.instances = static_cast<std::uint32_t>(sets_.size())};
  for (auto const& set : sets_) {
    out.sealers.push_back(set.parsed_seal.signature.domain);
    out.ended = out.ended || set.parsed_seal.chain == "fail";
  }
  if (!sets_.empty() && sets_.front().results != nullptr)
    out.first_results = behind_instance(sets_.front().results->value());
  if (!sets_.empty() && sets_.back().results != nullptr)
    out.last_results = behind_instance(sets_.back().results->value());
  return out;
}

std::optional<ArcAnswer> ArcVerification::result(MessageDigests const& digests, DnsView& dns) const {
  if (!has_sets()) return ArcAnswer{};
  auto out = described();
  auto const fails = [&](std::string problem, ArcResult result = ArcResult::fail) {
    out.result = result;
    out.problem = printable(problem, 200);
    return out;
  };
  if (!problem_.empty()) return fails(problem_);
  for (std::size_t i = 0; i < sets_.size(); ++i)
    if (sets_[i].parsed_seal.chain != (i == 0 ? "none" : "pass"))
      return fails("seal " + std::to_string(i + 1) + " says cv=" + sets_[i].parsed_seal.chain);
  if (!has_keys(dns)) return std::nullopt;
  auto const check = [&](DkimSignature const& signature,
                         std::string const& hash) -> std::optional<ArcAnswer> {
    auto const found = find_dkim_key(signature, dns);
    if (!found || signature.uses_sha1) return fails("a signature that cannot be verified");
    if (!found->key)
      return fails(found->problem,
                   found->result == DkimResult::temperror ? ArcResult::temperror : ArcResult::fail);
    if (!found->key->key->verify(hash, signature.signature)) return fails("a signature does not hold");
    return std::nullopt;
  };
  auto const& last = sets_.back().parsed_signature;
  if (!body_hash_) return fails("too many forms of the body");
  if (digests.is_shorter(*body_hash_) || digests.body_hash(*body_hash_) != last.body_hash)
    return fails("the body has been changed");
  if (digests.is_longer(*body_hash_)) return fails("a part of the body is not signed (l=)");
  auto const hash =
      header_hash(digests.fields(), last.headers, last.header_form, sets_.back().signature->text);
  if (auto const failed = check(last, hash)) return failed;
  for (std::size_t i = sets_.size(); i > 0; --i)
    if (auto const failed = check(sets_[i - 1].parsed_seal.signature, seal_hash(i))) return failed;
  out.result = ArcResult::pass;
  return out;
}

}  // namespace postern::auth
