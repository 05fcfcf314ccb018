#include "auth/message_signer.hpp"

#include <algorithm>

#include "auth/authentication_results.hpp"
#include "base/ascii.hpp"
#include "wire/originator_fields.hpp"

namespace postern::auth {
namespace {

// Ed25519 is understood by few who read seals, and a set has one seal.
Signer const* sealer_among(std::vector<Signer> const& signers) {
  for (auto const& signer : signers)
    if (signer.key->type() == KeyType::rsa) return &signer;
  return signers.empty() ? nullptr : &signers.front();
}

HeaderField const* find_results_of(std::vector<HeaderField> const& fields, std::string_view server) {
  auto const found = std::find_if(fields.begin(), fields.end(), [server](HeaderField const& field) {
    return iequals(field.name(), "Authentication-Results") && authentication_server(field.value()) == server;
  });
  return found == fields.end() ? nullptr : &*found;
}

HeaderField const* last_seal(std::vector<HeaderField> const& fields) {
  HeaderField const* last = nullptr;
  for (auto const& field : fields)
    if (iequals(field.name(), "ARC-Seal") &&
        (last == nullptr || arc_instance(field.value()) > arc_instance(last->value())))
      last = &field;
  return last;
}

}  // namespace

void MessageSigner::feed(std::string_view bytes) {
  if (!wants_more()) return;
  bytes.remove_prefix(digests_.feed_header(bytes));
  if (!digests_.header_ended()) return;
  if (!began_) begin();
  if (body_hash_) digests_.feed_body(bytes);
}

void MessageSigner::begin() {
  began_ = true;
  if (!task_.is_wanted() || !digests_.header_kept()) return;
  if (task_.is_ours) signers_ = signers_of_author();
  if (signers_.empty() && !task_.seals_as.empty()) prepare_seal();
  if (!signers_.empty() || sealer_) body_hash_ = digests_.want_body_hash(Canonical::relaxed, std::nullopt);
}

// Of the first author whose domain has keys.
std::vector<Signer> MessageSigner::signers_of_author() const {
  wire::OriginatorFields originators;
  for (auto const& field : digests_.fields()) originators.feed(field.text);
  auto const authors = originators.authors();
  if (!authors) return {};
  for (auto const& author : *authors) {
    if (author.domain() == nullptr) continue;
    auto signers = task_.keys->for_author(author.domain()->a_label());
    if (!signers.empty()) return signers;
  }
  return {};
}

// What we have not verified ourselves is not sealed: a seal vouches for the results in its set.
void MessageSigner::prepare_seal() {
  auto const signers = task_.keys->for_author(task_.seals_as);
  auto const* sealer = sealer_among(signers);
  auto const* results = find_results_of(digests_.fields(), task_.server);
  if (task_.server.empty() || sealer == nullptr || results == nullptr) return;
  auto chain = chain_found(results->value());
  if (!chain) return;
  results_ = trimmed(results->value());
  chain_ = *std::move(chain);
  sealer_ = *sealer;
}

// The chain that came, with what our results say of it; absent where the two do not fit.
std::optional<ArcAnswer> MessageSigner::chain_found(std::string_view results) const {
  auto const parsed = parse_authentication_results(results);
  if (!parsed) return std::nullopt;
  auto const& all = parsed->results;
  auto const arc =
      std::find_if(all.begin(), all.end(), [](AuthResult const& one) { return one.method == "arc"; });
  auto const said = arc == all.end() ? std::string("none") : arc->result;
  auto const* seal = last_seal(digests_.fields());
  if ((said == "none") != (seal == nullptr)) return std::nullopt;
  ArcAnswer chain;
  if (seal == nullptr) return chain;
  if (said != "pass" && said != "fail") return std::nullopt;
  chain.result = said == "pass" ? ArcResult::pass : ArcResult::fail;
  chain.instances = arc_instance(seal->value());
  auto const read = parse_arc_seal(seal->value());
  chain.ended = !read || read->chain == "fail";
  return chain;
}

SignatureFields MessageSigner::finish(std::uint64_t now) {
  if (!began_) {
    digests_.end_header_section();
    begin();
  }
  if (!body_hash_) return {};
  digests_.finish();
  auto const& fields = digests_.fields();
  auto const& hash = digests_.body_hash(*body_hash_);
  SignatureFields out;
  for (auto const& signer : signers_) out.text += dkim_signature_field(signer, fields, hash, now);
  if (sealer_) out.text = arc_set(*sealer_, fields, hash, results_, chain_, now);
  if (!out.text.empty()) out.domain = sealer_ ? sealer_->domain : signers_.front().domain;
  return out;
}

}  // namespace postern::auth
