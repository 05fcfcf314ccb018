// A log's silence about TLS.
#include "whatif/tls_silence.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::vector<Tristate> told(Collected const& sink) {
  std::vector<Tristate> out;
  for (auto const& reception : sink.all) out.push_back(reception.tls.used);
  return out;
}

TEST(TlsSilence, MeansPlaintextOnceTheLogHasToldOfTls) {
  Collected sink;
  TlsSilence silence(sink);
  silence.give(reception_from("192.0.2.1", Tristate::unknown));
  EXPECT_TRUE(sink.all.empty());
  silence.log_tells_tls();
  silence.give(reception_from("192.0.2.2", Tristate::unknown));
  silence.end();
  EXPECT_EQ(told(sink), (std::vector{Tristate::no, Tristate::no}));
}

TEST(TlsSilence, IsUnknownWhenTheLogNeverTells) {
  Collected sink;
  TlsSilence silence(sink);
  for (std::size_t i = 0; i < TlsSilence::limit + 1; ++i)
    silence.give(reception_from("192.0.2.1", Tristate::unknown));
  EXPECT_EQ(sink.all.size(), 1U) << "what is beyond the limit is passed on";
  silence.end();
  EXPECT_EQ(told(sink), std::vector<Tristate>(TlsSilence::limit + 1, Tristate::unknown));
}

TEST(TlsSilence, OfOneServiceMeansNothingForAnother) {
  Collected sink;
  TlsSilence silence(sink);
  constexpr TlsSilence::Service mx = 1, submission = 2;
  silence.give(reception_from("192.0.2.1", Tristate::unknown), mx);
  silence.give(reception_from("192.0.2.2", Tristate::unknown), submission);
  silence.log_tells_tls(submission);
  silence.give(reception_from("192.0.2.3", Tristate::unknown), mx);
  silence.end();
  EXPECT_EQ(told(sink), (std::vector{Tristate::no, Tristate::unknown, Tristate::unknown}));
  EXPECT_EQ(silence.messages_left_unknown(), 2U);
}

TEST(TlsSilence, MeansNothingWhereTlsWasUsedAndNotTold) {
  Collected sink;
  TlsSilence silence(sink);
  silence.give(reception_from("192.0.2.1", Tristate::unknown));
  silence.log_hides_tls();
  silence.log_tells_tls();
  silence.give(reception_from("192.0.2.2", Tristate::unknown));
  silence.end();
  EXPECT_EQ(told(sink), (std::vector{Tristate::unknown, Tristate::unknown}));
}

}  // namespace
}  // namespace postern::tests
