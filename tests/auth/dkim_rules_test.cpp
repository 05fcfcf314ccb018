// DKIM signatures made by hand, tag by tag: what verifies, and what RFC 6376, RFC 8301 and RFC 8463 refuse.
#include <gtest/gtest.h>

#include "support/signed_message.hpp"

namespace postern::tests {
namespace {

using namespace auth;

std::string const rule_header =
    "From: A <a@our.example>\r\nTo: b@x.example\r\nSubject: one\r\nSubject: two\r\nDate: d\r\n\r\n";
std::string const rule_body = "first line\r\nsecond  line \r\n\r\n";

DkimAnswer answer_to(HandSigned const& how, std::string const& header = rule_header,
                     std::string const& body = rule_body, SmallDns dns = dns_with_keys()) {
  return verify_dkim(sign_by_hand(how, header, body) + header + body, std::move(dns)).at(0);
}
std::string const common_tags = "v=1; a=ed25519-sha256; d=our.example; s=ed";

TEST(DkimRules, each_pair_of_canonical_forms_verifies_what_it_was_made_with) {
  for (auto const header_form : {Canonical::simple, Canonical::relaxed})
    for (auto const body_form : {Canonical::simple, Canonical::relaxed})
      for (auto const type : {KeyType::rsa, KeyType::ed25519}) {
        auto const word = [](Canonical form) {
          return std::string(form == Canonical::simple ? "simple" : "relaxed");
        };
        HandSigned how{.tags = std::string(type == KeyType::rsa ? "v=1; a=rsa-sha256; s=rsa"
                                                                : "v=1; a=ed25519-sha256; s=ed") +
                               "; d=our.example; c=" + word(header_form) + "/" + word(body_form),
                       .header_form = header_form,
                       .body_form = body_form,
                       .key = type};
        auto const answer = answer_to(how);
        EXPECT_EQ(answer.result, DkimResult::pass) << answer.problem;
        EXPECT_EQ(answer.identity, "@our.example");
        EXPECT_EQ(answer.signature.size(), 8U);
      }
}

// The example of RFC 6376 appendix A.2.
TEST(DkimRules, the_example_of_the_first_rfc_verifies) {
  SmallDns dns;
  dns.txt("brisbane._domainkey.example.com",
          "v=DKIM1; "
          "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/"
          "zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ij"
          "Ssq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/"
          "NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB");
  std::string const message =
      "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
      "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
      "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
      "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
      "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
      "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
      "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
      "      4bmp/YzhwvcubU4=;\r\n"
      "Received: from client1.football.example.com  [192.0.2.1]\r\n"
      "      by submitserver.example.com with SUBMISSION;\r\n"
      "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
      "From: Joe SixPack <joe@football.example.com>\r\n"
      "To: Suzie Q <suzie@shopping.example.net>\r\n"
      "Subject: Is dinner ready?\r\n"
      "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
      "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
      "\r\n"
      "Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n";
  auto const answer = verify_dkim(message, dns).at(0);
  EXPECT_EQ(answer.result, DkimResult::pass) << answer.problem;
  EXPECT_EQ(answer.identity, "joe@football.example.com");
  auto changed = message;
  changed.replace(changed.find("example.com  [192"), 14,
                  "example.com [");  // one blank fewer: it is the simple form
  EXPECT_EQ(verify_dkim(changed, dns).at(0).result, DkimResult::fail);
}

TEST(DkimRules, a_signature_that_leaves_out_a_part_of_the_body_does_not_count) {
  HandSigned how{.tags = common_tags + "; c=simple/simple; l=12",
                 .header_form = Canonical::simple,
                 .body_form = Canonical::simple,
                 .length = 12};
  EXPECT_EQ(answer_to(how).result, DkimResult::policy);
  EXPECT_EQ(answer_to(how, rule_header, "first line\r\n").result, DkimResult::pass);
  EXPECT_EQ(answer_to(how, rule_header, "short\r\n").result,
            DkimResult::fail);  // it promises more than there is
  auto const field = sign_by_hand(how, rule_header, "first line\r\n");
  EXPECT_EQ(verify_dkim(field + rule_header + "first line\r\nadded\r\n", dns_with_keys()).at(0).result,
            DkimResult::policy);
  HandSigned const nothing{.tags = common_tags + "; c=simple/simple; l=0",
                           .header_form = Canonical::simple,
                           .body_form = Canonical::simple,
                           .length = 0};
  EXPECT_EQ(answer_to(nothing).result, DkimResult::policy);
}

TEST(DkimRules, time_ends_signatures) {
  auto const at = [](std::uint64_t expires) {
    return HandSigned{.tags = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; t=1000; x=" +
                              std::to_string(expires)};
  };
  EXPECT_EQ(answer_to(at(test_signing_time)).result, DkimResult::pass);
  EXPECT_EQ(answer_to(at(test_signing_time - 1)).result, DkimResult::fail);
  EXPECT_EQ(answer_to(at(1000)).result, DkimResult::permerror);  // it never held
}

struct TagCase {
  std::string tags;
  DkimResult result;
};

TEST(DkimRules, tags_are_read_as_the_rfc_has_them) {
  std::string const long_label(63, 'a');
  TagCase const cases[] = {
      {common_tags + "; c=relaxed/relaxed; unknown=1", DkimResult::pass},
      {"a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; v=1", DkimResult::pass},
      {" v = 1 ;\r\n\ta\t= ed25519-sha256;c= relaxed/relaxed ; d =our.example; s=ed", DkimResult::pass},
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=OUR.Example; s=ED", DkimResult::pass},
      {common_tags + "; c=relaxed/relaxed; i=a@our.example", DkimResult::pass},
      {common_tags + "; c=relaxed/relaxed; i=@mail.our.example", DkimResult::pass},
      {common_tags + "; c=relaxed/relaxed; q=dns/other:dns/txt", DkimResult::pass},
      {common_tags + "; c=relaxed/relaxed; t=1", DkimResult::pass},
      {"v=2; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed", DkimResult::permerror},
      {"a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed", DkimResult::permerror},
      {"v=1; c=relaxed/relaxed; d=our.example; s=ed", DkimResult::permerror},
      {"v=1; a=ed25519-sha512; c=relaxed/relaxed; d=our.example; s=ed", DkimResult::permerror},
      {"v=1; a=rsa-sha1; c=relaxed/relaxed; d=our.example; s=rsa", DkimResult::permerror},
      {"v=1; a=rsa-sha256; c=relaxed/relaxed; d=our.example; s=ed",
       DkimResult::permerror},  // the key is of another type
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; s=ed", DkimResult::permerror},
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example", DkimResult::permerror},
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=; s=ed", DkimResult::permerror},
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our..example; s=ed", DkimResult::permerror},
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example.; s=ed", DkimResult::permerror},
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our. example; s=ed", DkimResult::permerror},
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=none", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; i=a@other.example", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; i=a@ur.example", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; i=our.example", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; q=http", DkimResult::permerror},
      {common_tags + "; c=nowsp", DkimResult::permerror},
      {common_tags + "; c=", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; t=soon", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; t=1 2", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; l=-1", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; x=99999999999999999999999", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; s=ed", DkimResult::permerror},  // twice
      {common_tags + ";; c=relaxed/relaxed", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; 1=2", DkimResult::permerror},
      {common_tags + "; c=relaxed/relaxed; nothing", DkimResult::permerror},
      // A name that no DNS can be asked for is wrong for good; else its owner's policy could be held off with
      // it.
      {"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=" + long_label + "." + long_label + "." +
           long_label + "." + long_label,
       DkimResult::permerror},
  };
  for (auto const& [tags, result] : cases) {
    auto const answer = answer_to({.tags = tags});
    EXPECT_EQ(answer.result, result) << tags << ": " << answer.problem;
  }
}

TEST(DkimRules, names_of_fields_are_counted_from_the_last_one_up) {
  auto const signed_with = [](std::string names) { return HandSigned{.names = std::move(names)}; };
  auto const below = [&](HandSigned const& how, std::string const& header) {
    return verify_dkim(sign_by_hand(how, rule_header, rule_body) + header + rule_body, dns_with_keys())
        .at(0)
        .result;
  };
  std::string const upper_changed =
      "From: A <a@our.example>\r\nTo: b@x.example\r\nSubject: 1\r\nSubject: two\r\nDate: d\r\n\r\n";
  std::string const lower_changed =
      "From: A <a@our.example>\r\nTo: b@x.example\r\nSubject: one\r\nSubject: 2\r\nDate: d\r\n\r\n";
  std::string const swapped =
      "From: A <a@our.example>\r\nTo: b@x.example\r\nSubject: two\r\nSubject: one\r\nDate: d\r\n\r\n";
  std::string const added_above = "Subject: new\r\n" + rule_header;
  EXPECT_EQ(below(signed_with("from:subject"), upper_changed), DkimResult::pass);
  EXPECT_EQ(below(signed_with("from:subject"), lower_changed), DkimResult::fail);
  EXPECT_EQ(below(signed_with("from:subject:subject"), upper_changed), DkimResult::fail);
  EXPECT_EQ(below(signed_with("from:subject:subject"), swapped), DkimResult::fail);
  EXPECT_EQ(below(signed_with("from:subject:subject"), added_above), DkimResult::pass);
  EXPECT_EQ(below(signed_with("from:subject:subject:subject"), added_above),
            DkimResult::fail);  // signed as absent
  EXPECT_EQ(below(signed_with("FROM : Subject"), rule_header), DkimResult::pass);
  EXPECT_EQ(below(signed_with("subject"), rule_header), DkimResult::permerror);  // From has to be signed
  EXPECT_EQ(below(signed_with(""), rule_header), DkimResult::permerror);
  std::string many = "from";
  for (int i = 0; i < 300; ++i) many += ":x" + std::to_string(i);
  EXPECT_EQ(below(signed_with(many), rule_header), DkimResult::permerror);
}

TEST(DkimRules, an_author_above_the_signed_one_is_not_vouched_for) {  // RFC 6376 section 8.15
  std::string const header = "From: a@our.example\r\nSubject: x\r\n\r\n", body = "x\r\n";
  auto const of = [&](std::string const& names, std::string const& above) {
    auto const message = above + sign_by_hand({.names = names}, header, body) + header + body;
    return verify_dkim(message, dns_with_keys()).front().result;
  };
  EXPECT_EQ(of("from:subject", ""), DkimResult::pass);
  EXPECT_EQ(of("from:subject", "Subject: y\r\n"), DkimResult::pass);
  EXPECT_EQ(of("from:subject", "From: ceo@our.example\r\n"), DkimResult::policy);
  EXPECT_EQ(of("from:from:subject", "From: ceo@our.example\r\n"), DkimResult::fail);
}

TEST(DkimRules, a_signature_may_sign_others_but_not_itself) {
  auto const inner = sign_by_hand({}, rule_header, rule_body);
  auto const outer =
      sign_by_hand({.names = "from:dkim-signature:dkim-signature"}, inner + rule_header, rule_body);
  auto const answers = verify_dkim(outer + inner + rule_header + rule_body, dns_with_keys());
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].result, DkimResult::pass) << answers[0].problem;
  EXPECT_EQ(answers[1].result, DkimResult::pass) << answers[1].problem;
}

TEST(DkimRules, each_signature_is_judged_by_itself_and_ten_of_them_at_most) {
  auto const good = sign_by_hand({}, rule_header, rule_body);
  auto const bad = sign_by_hand({}, rule_header, "another body\r\n");
  auto const answers =
      verify_dkim(bad + good + "DKIM-Signature: nonsense\r\n" + rule_header + rule_body, dns_with_keys());
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0].result, DkimResult::fail);
  EXPECT_EQ(answers[1].result, DkimResult::pass);
  EXPECT_EQ(answers[2].result, DkimResult::permerror);
  std::string many;
  for (int i = 0; i < 30; ++i) many += good;
  EXPECT_EQ(verify_dkim(many + rule_header + rule_body, dns_with_keys()).size(),
            DkimVerification::most_signatures);
  EXPECT_TRUE(verify_dkim(rule_header + rule_body, dns_with_keys()).empty());
}

struct KeyCase {
  std::string record;
  DkimResult result;
};

TEST(DkimRules, key_records_are_read_as_the_rfc_has_them) {
  auto const whole = test_key(KeyType::ed25519)->record();
  auto const data = whole.substr(whole.find("p="));
  KeyCase const cases[] = {
      {"v=DKIM1; k=ed25519; " + data, DkimResult::pass},
      {"k=ed25519; " + data + ";", DkimResult::pass},
      {"v=DKIM1; k=ed25519; n=a note; x=y; " + data, DkimResult::pass},
      {"v=DKIM1; k=ed25519; h=sha1:sha256; " + data, DkimResult::pass},
      {"v=DKIM1; k=ed25519; s=*; " + data, DkimResult::pass},
      {"v=DKIM1; k=ed25519; s=other:email; " + data, DkimResult::pass},
      {"v=DKIM1; k=ed25519; t=y; " + data, DkimResult::pass},
      {"v=DKIM1; k=ed25519; t=s; " + data, DkimResult::pass},
      {"v=DKIM1; k=ed25519; h=sha1; " + data, DkimResult::permerror},
      {"v=DKIM1; k=ed25519; s=tlsrpt; " + data, DkimResult::permerror},
      {"v=DKIM2; k=ed25519; " + data, DkimResult::permerror},
      {"v=DKIM1; k=dsa; " + data, DkimResult::permerror},
      {"v=DKIM1; k=rsa; " + data, DkimResult::permerror},
      {"v=DKIM1; k=ed25519; p=", DkimResult::permerror},
      {"v=DKIM1; k=ed25519", DkimResult::permerror},
      {"v=DKIM1; k=ed25519; p=AAAA", DkimResult::permerror},
      {"v=DKIM1; k=ed25519; p=???", DkimResult::permerror},
      {"v=spf1 -all", DkimResult::permerror},
      {"", DkimResult::permerror},
  };
  for (auto const& [record, result] : cases) {
    SmallDns dns;
    dns.txt("ed._domainkey.our.example", record);
    auto const answer = answer_to({}, rule_header, rule_body, dns);
    EXPECT_EQ(answer.result, result) << record << ": " << answer.problem;
  }
}

TEST(DkimRules, flags_of_a_key_are_told_and_kept_to) {
  auto const whole = test_key(KeyType::ed25519)->record();
  SmallDns dns;
  dns.txt("ed._domainkey.our.example", whole + "; t=y:s");
  EXPECT_TRUE(answer_to({}, rule_header, rule_body, dns).testing);
  EXPECT_EQ(
      answer_to({.tags = common_tags + "; c=relaxed/relaxed; i=a@our.example"}, rule_header, rule_body, dns)
          .result,
      DkimResult::pass);
  EXPECT_EQ(answer_to({.tags = common_tags + "; c=relaxed/relaxed; i=a@mail.our.example"}, rule_header,
                      rule_body, dns)
                .result,
            DkimResult::permerror);
}

TEST(DkimRules, a_weak_key_signs_nothing) {  // RFC 8301 section 3.2
  auto const key = parse_dkim_key(
      "v=DKIM1; k=rsa; "
      "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM2M83oumY25orxjncjE1wLPFcQ9FRaxklAFkdcUbIHr5aoADlrmEBj0J5/"
      "uDNE4EKU6b09qTMIEYTv2Jzju7OUCAwEAAQ==");
  ASSERT_FALSE(key.has_value());
  EXPECT_NE(key.error().find("512 bits"), std::string::npos) << key.error();
}

TEST(DkimRules, an_rsa_key_may_have_the_other_of_the_two_encodings) {  // RFC 6376 section 3.6.1
  auto const decoded =
      *decode_base64(test_key(KeyType::rsa)->record().substr(std::string_view("v=DKIM1; k=rsa; p=").size()));
  constexpr std::size_t around = 24;  // SubjectPublicKeyInfo's bytes before RSAPublicKey, with 2048 bits
  EXPECT_EQ((*make_public_key(KeyType::rsa, decoded))->bits(), 2048);
  EXPECT_EQ((*make_public_key(KeyType::rsa, std::string_view(decoded).substr(around)))->bits(), 2048);
}

TEST(DkimRules, of_several_records_of_one_name_the_first_that_fits_is_taken) {
  SmallDns dns;
  dns.txt("ed._domainkey.our.example", "some text");
  dns.txt("ed._domainkey.our.example", test_key(KeyType::rsa)->record());
  dns.txt("ed._domainkey.our.example", test_key(KeyType::ed25519)->record());
  EXPECT_EQ(answer_to({}, rule_header, rule_body, dns).result, DkimResult::pass);
}

TEST(DkimRules, a_domain_in_u_labels_is_asked_for_in_a_labels) {  // RFC 8616 section 5
  auto const answer = answer_to({.tags = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=b\xC3\xBC"
                                         "cher.example; s=ed; i=a@b\xC3\xBC"
                                         "cher.example"},
                                rule_header, rule_body, dns_with_keys({"xn--bcher-kva.example"}));
  EXPECT_EQ(answer.result, DkimResult::pass) << answer.problem;
  EXPECT_EQ(answer.domain, "xn--bcher-kva.example");
}

TEST(DkimRules, long_and_eight_bit_fields_are_signed_like_others) {
  std::string header = "From: \xC3\xA9 <a@our.example>\r\nSubject: " + std::string(20'000, 's') + "\r\nTo:";
  for (int i = 0; i < 500; ++i) header += "\r\n user" + std::to_string(i) + "@x.example,";
  header += "\r\n last@x.example\r\nDate: d\r\n\r\n";
  std::string const body = "\x80\xFF\r\n" + std::string(5000, 'b') + "\r\n";
  auto const message = sign_by_hand({}, header, body) + header + body;
  for (std::size_t const piece : {std::size_t{1}, std::size_t{1000}, message.size()})
    EXPECT_EQ(verify_dkim(message, dns_with_keys(), test_signing_time, piece).at(0).result, DkimResult::pass);
}

TEST(WithoutSignature, takes_out_the_value_of_b_alone) {
  EXPECT_EQ(without_signature("DKIM-Signature: v=1; b=abc; bh=def\r\n"),
            "DKIM-Signature: v=1; b=; bh=def\r\n");
  EXPECT_EQ(without_signature("DKIM-Signature: v=1; bh=b=; b=abc\r\n def\r\n"),
            "DKIM-Signature: v=1; bh=b=; b=\r\n");
  EXPECT_EQ(without_signature("DKIM-Signature: b\t= abc"), "DKIM-Signature: b\t=");
  EXPECT_EQ(without_signature("DKIM-Signature: v=1; bh=b"), "DKIM-Signature: v=1; bh=b");
}

}  // namespace
}  // namespace postern::tests
