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

TEST(DestinationTls, WaitsWhileNobodyKnowsWhetherThereIsAPolicy) {
  using L = DestinationLevel;
  HostInputs inputs;
  inputs.sts_look_up = StsLookUp::failed;
  for (auto level : {L::opportunistic, L::mta_sts, L::required, L::verified})
    EXPECT_EQ(plan(level, inputs), "deferred") << print(level);
  EXPECT_EQ(plan(L::none, inputs), "none clear");
  EXPECT_EQ(plan(L::dane, inputs), "opportunistic");
  EXPECT_EQ(plan(L::fingerprint, inputs), "fingerprint must fingerprint");
  inputs.sts_look_up = StsLookUp::failed_for_long;
  EXPECT_EQ(plan(L::opportunistic, inputs), "opportunistic") << "not for ever";
  EXPECT_EQ(plan(L::mta_sts, inputs), "deferred") << "the owner relies on it";
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
  inputs.requiretls = true;
  EXPECT_EQ(plan(L::opportunistic, inputs), "deferred");
  inputs.requiretls = false;
  inputs.tls_optional = true;
  EXPECT_EQ(plan(L::opportunistic, inputs), "opportunistic");
  EXPECT_EQ(plan(L::none, inputs), "none clear");
  EXPECT_EQ(plan(L::required, inputs), "required must");
  EXPECT_EQ(plan(L::verified, inputs), "verified must name");
  EXPECT_EQ(plan(L::fingerprint, inputs), "fingerprint must fingerprint");
}

TEST(DestinationTls, AddsMtaStsWhereNoTlsaRecordCanBeUsed) {
  auto inputs = with_sts(wire::StsMode::enforce, true);
  inputs.tlsa_state = TlsaState::unusable;
  EXPECT_EQ(plan(DestinationLevel::opportunistic, inputs), "mta-sts must name");
  inputs.sts = wire::StsMode::testing;
  EXPECT_EQ(plan(DestinationLevel::opportunistic, inputs), "dane must") << "testing demands nothing";
}

// Every combination of the owner's demand, the message's wish, and what the receiver has published.
template <class See>
void for_each_combination(See see) {
  using L = DestinationLevel;
  using T = TlsaState;
  using M = wire::StsMode;
  for (auto level :
       {L::none, L::opportunistic, L::dane, L::mta_sts, L::required, L::verified, L::fingerprint})
    for (auto tlsa : {T::not_asked, T::absent, T::insecure, T::unusable, T::usable, T::failed})
      for (auto sts : {M::none, M::testing, M::enforce})
        for (int bits = 0; bits < 16; ++bits) {
          HostInputs inputs;
          inputs.host = "mx.far.example";
          inputs.tlsa_names = {inputs.host};
          inputs.tlsa_state = tlsa;
          inputs.tlsa_problem = "no answer";
          inputs.sts = sts;
          inputs.sts_match = (bits & 1) != 0;
          inputs.host_secure = (bits & 2) != 0;
          inputs.requiretls = (bits & 4) != 0;
          inputs.tls_optional = (bits & 8) != 0;
          see(DestinationTls{level, {}}, inputs, plan_for({level, {}}, inputs));
        }
}

bool proves(HostPlan const& plan) { return plan.must && !plan.testing && plan.proof != HostProof::none; }

// Whether a plan asks for at least what the owner demands.
bool meets(DestinationLevel demand, HostPlan const& plan) {
  switch (demand) {
    case DestinationLevel::none:
    case DestinationLevel::opportunistic:
    case DestinationLevel::dane:
    case DestinationLevel::mta_sts: return true;
    case DestinationLevel::required: return plan.must && !plan.testing;
    case DestinationLevel::verified: return proves(plan) && plan.proof != HostProof::fingerprint;
    case DestinationLevel::fingerprint: return proves(plan) && plan.proof == HostProof::fingerprint;
  }
  return false;
}

TEST(DestinationTls, IsNeverWeakerThanWhatTheOwnerDemands) {
  int seen = 0;
  for_each_combination([&](DestinationTls const& wanted, HostInputs const&, auto const& made) {
    ++seen;
    if (made) EXPECT_TRUE(meets(wanted.level, *made)) << print(wanted.level) << ": " << print(made->applied);
  });
  EXPECT_EQ(seen, 7 * 6 * 3 * 16);
}

TEST(DestinationTls, IsNeverWeakerThanWhatTheReceiverPublishesUnlessTheSenderLiftsIt) {
  for_each_combination([&](DestinationTls const& wanted, HostInputs const& host, auto const& made) {
    if (host.tls_optional && !host.requiretls) return;
    bool const dane = wanted.looks_at_dane();
    if (dane && host.tlsa_state == TlsaState::failed) {
      EXPECT_FALSE(made) << "a look-up that has failed is no absence";
      return;
    }
    bool const by_dane = dane && host.tlsa_state == TlsaState::usable;
    if (by_dane && made) EXPECT_TRUE(proves(*made) && made->proof == HostProof::dane);
    if (dane && host.tlsa_state == TlsaState::unusable && made) EXPECT_TRUE(made->must && !made->testing);
    bool const enforced = wanted.looks_at_mta_sts() && host.sts == wire::StsMode::enforce && !by_dane;
    if (enforced && !host.sts_match) EXPECT_FALSE(made) << "the policy does not list the host";
    if (enforced && made) EXPECT_TRUE(proves(*made));
  });
}

TEST(DestinationTls, NeverTakesAFailedLookUpOfThePolicyForItsAbsence) {
  int waited = 0;
  for_each_combination([&](DestinationTls const& wanted, HostInputs host, auto const&) {
    if (host.sts != wire::StsMode::none || (host.tls_optional && !host.requiretls)) return;
    if (host.tlsa_state == TlsaState::usable && !host.host_secure) return;  // that is never found
    host.sts_look_up = StsLookUp::failed;
    auto const made = plan_for(wanted, host);
    if (!made) EXPECT_FALSE(wanted.looks_at_mta_sts() && made.error().permanent) << "whatever would be known";
    waited += made ? 0 : 1;
    if (!made || !wanted.looks_at_mta_sts()) return;
    EXPECT_TRUE(proves(*made)) << "weaker than a policy might ask: " << print(made->applied);
    EXPECT_TRUE(host.host_secure || made->proof == HostProof::dane) << "a host that the policy may not list";
  });
  EXPECT_GT(waited, 0);
}

TEST(DestinationTls, LetsTheSenderLiftWhatTheReceiverPublishesAndNothingElse) {  // RFC 8689 section 3
  for_each_combination([&](DestinationTls const& wanted, HostInputs const& host, auto const& made) {
    if (!host.tls_optional || host.requiretls) return;
    ASSERT_TRUE(made) << print(wanted.level);
    HostInputs bare;
    bare.host = host.host;
    bool const by_dane = wanted.level == DestinationLevel::verified && host.tlsa_state == TlsaState::usable;
    auto const without = plan_for(wanted, bare);
    ASSERT_TRUE(without);
    EXPECT_EQ(made->tls, without->tls);
    EXPECT_EQ(made->must, without->must);
    EXPECT_EQ(made->proof, by_dane ? HostProof::dane : without->proof);
    EXPECT_FALSE(made->testing);
  });
}

TEST(DestinationTls, ProvesTheHostForAMessageThatRequiresTls) {  // RFC 8689 section 4.2.1
  for_each_combination([&](DestinationTls const&, HostInputs const& host, auto const& made) {
    if (!host.requiretls || !made) return;
    EXPECT_TRUE(made->tls && proves(*made));
    EXPECT_EQ(made->applied, AppliedPolicy::requiretls);
    EXPECT_TRUE(host.host_secure || (host.sts == wire::StsMode::enforce && host.sts_match));
  });
}

TEST(DestinationTls, LetsNobodyHearAPasswordWhoHasNotProvedHimselfAsTheRouteAsks) {
  using L = DestinationLevel;
  using P = HostProof;
  for (auto level :
       {L::none, L::opportunistic, L::dane, L::mta_sts, L::required, L::verified, L::fingerprint}) {
    EXPECT_FALSE(may_hear_password(level, P::none)) << print(level);
    for (auto proof : {P::name, P::dane, P::fingerprint}) {
      bool const right = (level == L::verified && proof != P::fingerprint) ||
                         (level == L::dane && proof == P::dane) ||
                         (level == L::fingerprint && proof == P::fingerprint);
      EXPECT_EQ(may_hear_password(level, proof), right) << print(level);
    }
  }
}

}  // namespace
}  // namespace postern::policy
