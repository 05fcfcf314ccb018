// What an extract keeps of a reception comes back as it was, and damaged extracts are told.
#include "whatif/arrival_block.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

Reception full_reception() {
  auto out = reception_from("192.0.2.7", Tristate::yes, "a b@x.example", 3);
  out.origin = Origin::authenticated;
  out.wanted = Wanted::unwanted;
  out.outcome = policy::Outcome::deferred;
  out.code = 451;
  out.for_want_of_tls = true;
  out.client_name = "mail.x.example";
  out.helo = "mail.x.example";
  out.tls.certificate = policy::ClientCertificate::trusted;
  out.tls.failure = "no shared cipher";
  out.recipients = {"bob@our.example", "carol@our.example"};
  out.copy_of = 0xFFFF'FFFF'0000'0001;
  return out;
}

void expect_same(Reception const& a, Reception const& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.wanted, b.wanted);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.for_want_of_tls, b.for_want_of_tls);
  EXPECT_EQ(a.at, b.at);
  EXPECT_EQ(a.has_client, b.has_client);
  EXPECT_EQ(a.client, b.client);
  EXPECT_EQ(a.client_name, b.client_name);
  EXPECT_EQ(a.helo, b.helo);
  EXPECT_EQ(a.tls.used, b.tls.used);
  EXPECT_EQ(a.tls.version, b.tls.version);
  EXPECT_EQ(a.tls.certificate, b.tls.certificate);
  EXPECT_EQ(a.tls.failure, b.tls.failure);
  EXPECT_EQ(a.has_sender, b.has_sender);
  EXPECT_EQ(a.sender, b.sender);
  EXPECT_EQ(a.recipients, b.recipients);
  EXPECT_EQ(a.copy_of, b.copy_of);
}

std::vector<Reception> some_receptions() {
  std::vector<Reception> all{full_reception(), Reception(), reception_from("2001:db8::1", Tristate::no, "")};
  all.push_back(full_reception());
  all.back().at -= std::chrono::hours(100);  // receptions come in order of time only nearly
  all.back().kind = Reception::Kind::session;
  all.back().has_client = false;
  all.back().client = {};
  return all;
}

std::string extract_of(std::vector<Reception> const& all, std::size_t per_block) {
  std::string out(extract_magic);
  ArrivalBlock block;
  for (std::size_t i = 0; i < all.size(); ++i) {
    block.add(all[i]);
    if ((i + 1) % per_block == 0) out += block.take();
  }
  if (!block.is_empty()) out += block.take();
  return out;
}

TEST(ArrivalBlock, gives_back_what_was_put_in_however_it_is_cut) {
  auto const all = some_receptions();
  for (std::size_t const per_block : {1, 2, 100})
    for (std::size_t const piece : {1, 7, 100'000}) {
      auto const read = read_text(extract_of(all, per_block), Format::extract, {}, piece);
      ASSERT_EQ(read.all.size(), all.size());
      for (std::size_t i = 0; i < all.size(); ++i) expect_same(read.all[i], all[i]);
      EXPECT_TRUE(read.stats.notes.empty());
      EXPECT_EQ(read.stats.lines, all.size());
    }
}

TEST(ArrivalBlock, says_what_was_said_before_only_once) {
  ArrivalBlock block;
  for (int i = 0; i < 1000; ++i) block.add(full_reception());
  EXPECT_LT(block.take().size(), 1000U * 30);
}

TEST(ArrivalBlock, an_extract_is_recognised_by_its_beginning) {
  EXPECT_EQ(recognise(extract_of(some_receptions(), 2)), Format::extract);
}

TEST(ArrivalBlock, an_extract_that_is_cut_off_is_read_as_far_as_it_goes_and_this_is_told) {
  auto const all = some_receptions();
  auto const whole = extract_of(all, 1);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    auto const read = read_text(whole.substr(0, length), Format::extract);
    EXPECT_LE(read.all.size(), all.size());
    bool const at_border = read.stats.notes.empty();
    if (at_border)
      EXPECT_EQ(
          extract_of({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(read.all.size())}, 1).size(),
          length);
  }
}

TEST(ArrivalBlock, no_changed_octet_makes_a_value_that_is_none) {
  auto const whole = extract_of(some_receptions(), 100);
  for (std::size_t at = extract_magic.size(); at < whole.size(); ++at)
    for (unsigned char const flip : {0x01, 0x80, 0xFF}) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      for (auto const& reception : read_text(damaged, Format::extract).all) {
        EXPECT_LE(reception.kind, Reception::Kind::session);
        EXPECT_LE(reception.wanted, Wanted::unwanted);
        EXPECT_LE(reception.tls.used, Tristate::yes);
        if (reception.tls.certificate)
          EXPECT_LE(*reception.tls.certificate, policy::ClientCertificate::trusted);
        EXPECT_LE(reception.recipients.size(), most_listed);
      }
    }
}

}  // namespace
}  // namespace postern::tests
