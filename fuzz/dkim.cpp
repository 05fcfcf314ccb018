// DKIM of strangers: lists of tags, signatures, key records, and whole messages, however they are cut.
#include "auth/dkim_verification.hpp"
#include "auth/dns_name.hpp"
#include "auth/tag_list.hpp"
#include "expect.hpp"
#include "support/signed_message.hpp"

namespace {

using namespace postern;
using namespace postern::auth;

void check_tags(std::string_view text) {
  auto const tags = TagList::parse(text);
  auto const well_formed = TagList::parse_well_formed(text);
  POSTERN_EXPECT(well_formed.tags().size() <= 64);
  if (!tags) return;
  POSTERN_EXPECT(tags->tags().size() == well_formed.tags().size());
  for (auto const& tag : tags->tags()) POSTERN_EXPECT(well_formed.find(tag.name) == tag.value);
}

void check_signature(std::string_view text) {
  std::string const field = "DKIM-Signature:" + std::string(text);
  auto const without = without_signature(field);
  POSTERN_EXPECT(without.size() <= field.size());
  POSTERN_EXPECT(without_signature(without) == without);
  if (auto const signature = parse_dkim_signature(text)) {
    POSTERN_EXPECT(is_askable(signature->key_name()));
    POSTERN_EXPECT(!signature->headers.empty() && signature->headers.size() <= 256);
    POSTERN_EXPECT(!signature->signature.empty() && !signature->body_hash.empty());
    POSTERN_EXPECT(!signature->expires || !signature->signed_at ||
                   *signature->expires > *signature->signed_at);
  }
  if (auto const seal = parse_arc_seal(text))
    POSTERN_EXPECT(seal->signature.instance >= 1 && seal->signature.instance <= 50);
}

void check_key(std::string_view text) {
  auto const key = parse_dkim_key(text);
  if (!key || key->key == nullptr) return;
  bool const is_rsa = key->key->type() == KeyType::rsa;
  POSTERN_EXPECT(is_rsa ? key->key->bits() >= 1024 && key->key->bits() <= 8192
                        : key->key->bits() == 253 || key->key->bits() == 256);
  POSTERN_EXPECT(!key->key->verify(std::string(32, 'h'), std::string(64, 's')));
}

struct Read {
  std::vector<std::string> fields, hashes;
  std::vector<DkimResult> results;
  bool operator==(Read const&) const = default;
};

Read read_in_pieces(std::string_view message, std::size_t piece) {
  MessageDigests digests;
  DkimVerification verification;
  std::vector<std::size_t> wanted;
  struct WithBothForms {
    DkimVerification& verification;
    std::vector<std::size_t>& wanted;
    void begin(MessageDigests& digests) {
      verification.begin(digests);
      for (auto const form : {Canonical::simple, Canonical::relaxed})
        if (auto const which = digests.want_body_hash(form, {})) wanted.push_back(*which);
    }
  } both{verification, wanted};
  tests::read_message(message, piece, digests, both);
  Read out;
  for (auto const& field : digests.fields()) {
    out.fields.push_back(field.text);
    auto const relaxed = canonical_field(field.text, Canonical::relaxed);
    POSTERN_EXPECT(canonical_field(relaxed, Canonical::relaxed) == relaxed);
  }
  for (auto const which : wanted) out.hashes.push_back(digests.body_hash(which));
  tests::SmallDns dns;
  auto const answers = dns.settle([&](DnsView& view) { return verification.results(digests, view, 0); });
  POSTERN_EXPECT(answers.size() <= DkimVerification::most_signatures);
  for (auto const& answer : answers) out.results.push_back(answer.result);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  check_tags(text);
  check_signature(text);
  check_key(text);
  auto const whole = read_in_pieces(text, std::string_view::npos);
  POSTERN_EXPECT(read_in_pieces(text, 1) == whole);
  POSTERN_EXPECT(read_in_pieces(text, 7) == whole);
  for (auto const result : whole.results)  // without a key nothing is right
    POSTERN_EXPECT(result == DkimResult::permerror || result == DkimResult::fail);
  return 0;
}
