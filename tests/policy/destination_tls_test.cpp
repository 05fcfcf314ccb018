#include "policy/destination_tls.hpp"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

// What is decided, in a word: the policy, whether TLS is a must, the proof.
std::string plan(DestinationLevel level, HostInputs inputs) {
  inputs.host = "mx.far.example";
  auto const made = plan_for({level, {}}, inputs);
  if (!made) return made.error().permanent ? "refused" : "deferred";
  std::string out(print(made->applied));
  if (!made->tls) return out + " clear";
  if (made->must) out += made->testing ? " testing" : " must";
  switch (made->proof) {
    case HostProof::none: break;
    case HostProof::name: out += " name"; break;
    case HostProof::dane: out += " dane"; break;
    case HostProof::fingerprint: out += " fingerprint"; break;
  }
  return out;
}

HostInputs with_tlsa(TlsaState state) {
  HostInputs inputs;
  inputs.tlsa_state = state;
  inputs.host_secure = true;
  return inputs;
}

HostInputs with_sts(wire::StsMode mode, bool match) {
  HostInputs inputs;
  inputs.sts = mode;
  inputs.sts_match = match;
  return inputs;
}

TEST(DestinationTls, TakesTheStrongestPolicyThatApplies) {
  using L = DestinationLevel;
  EXPECT_EQ(plan(L::opportunistic, {}), "opportunistic");
  EXPECT_EQ(plan(L::none, with_tlsa(TlsaState::usable)), "none clear");
  EXPECT_EQ(plan(L::required, {}), "required must");
  EXPECT_EQ(plan(L::verified, {}), "verified must name");
  EXPECT_EQ(plan(L::fingerprint, {}), "fingerprint must fingerprint");
  EXPECT_EQ(plan(L::required, with_tlsa(TlsaState::usable)), "dane must dane");
  EXPECT_EQ(plan(L::verified, with_tlsa(TlsaState::usable)), "dane must dane");
  EXPECT_EQ(plan(L::required, with_sts(wire::StsMode::testing, true)), "required must");
}

TEST(DestinationTls, GoesByDane) {  // RFC 7672 section 2.2
  using L = DestinationLevel;
  for (auto level : {L::opportunistic, L::dane}) {
    EXPECT_EQ(plan(level, with_tlsa(TlsaState::usable)), "dane must dane");
    EXPECT_EQ(plan(level, with_tlsa(TlsaState::unusable)), "dane must");
    EXPECT_EQ(plan(level, with_tlsa(TlsaState::failed)), "deferred");
    EXPECT_EQ(plan(level, with_tlsa(TlsaState::absent)), "opportunistic");
    EXPECT_EQ(plan(level, with_tlsa(TlsaState::insecure)), "opportunistic");
  }
  auto both = with_sts(wire::StsMode::enforce, false);
  both.tlsa_state = TlsaState::usable;
  EXPECT_EQ(plan(L::opportunistic, both), "dane must dane")
      << "DANE goes before MTA-STS (RFC 8461 section 2)";
}

TEST(DestinationTls, GoesByMtaSts) {  // RFC 8461 section 5
  using L = DestinationLevel;
  for (auto level : {L::opportunistic, L::mta_sts}) {
    EXPECT_EQ(plan(level, with_sts(wire::StsMode::enforce, true)), "mta-sts must name");
    EXPECT_EQ(plan(level, with_sts(wire::StsMode::enforce, false)), "deferred");
    EXPECT_EQ(plan(level, with_sts(wire::StsMode::testing, false)), "mta-sts testing name");
    EXPECT_EQ(plan(level, with_sts(wire::StsMode::none, false)), "opportunistic");
  }
  EXPECT_EQ(plan(L::dane, with_sts(wire::StsMode::enforce, false)), "opportunistic");
}

TEST(DestinationTls, HearsWhatTheMessageAsksFor) {  // RFC 8689
  using L = DestinationLevel;
  auto inputs = with_tlsa(TlsaState::usable);
  inputs.requiretls = true;
  EXPECT_EQ(plan(L::opportunistic, inputs), "requiretls must dane");
  inputs = with_sts(wire::StsMode::enforce, true);
  inputs.requiretls = true;
  EXPECT_EQ(plan(L::opportunistic, inputs), "requiretls must name");
  inputs = {};
  inputs.requiretls = true;
  EXPECT_EQ(plan(L::none, inputs), "refused");
  inputs = with_tlsa(TlsaState::failed);
  inputs.tls_optional = true;
  EXPECT_EQ(plan(L::verified, inputs), "opportunistic");
  EXPECT_EQ(plan(L::none, inputs), "none clear");
}

}  // namespace
}  // namespace postern::policy
