#include <gtest/gtest.h>

#include "base/ascii.hpp"
#include "wire/delivery_report.hpp"
#include "wire/envelope.hpp"
#include "wire/path.hpp"
#include "wire/proxy_header.hpp"
#include "wire/received.hpp"
#include "wire/reply.hpp"
#include "wire/segment_record.hpp"

namespace postern::wire {
namespace {

Address address(std::string_view text) { return *parse_mailbox(text); }

TEST(Reply, PrintsEveryLineWithCodeAndStatus) {
  EXPECT_EQ((Reply{250, {2, 1, 0}, "one\ntwo"}.print()), "250-2.1.0 one\r\n250 2.1.0 two\r\n");
  EXPECT_EQ((Reply{220, {}, "hi"}.print()), "220 hi\r\n");
}

TEST(Reply, FailsForGoodOrForNow) {
  EXPECT_EQ(Reply::failure(true, 1, 1, "no").one_line(), "550 5.1.1 no");
  EXPECT_EQ(Reply::failure(false, 4, 4, "later").one_line(), "451 4.4.4 later");
}

TEST(ReplyReader, ReadsWhatReplyPrints) {
  for (Reply const& reply :
       {Reply{250, {2, 1, 0}, "one\ntwo"}, Reply{354, {}, "go"}, Reply{550, {5, 1, 1}, ""}}) {
    ReplyReader reader;
    std::string const printed = reply.print();
    std::optional<Reply> read;
    for (std::size_t at = 0; at < printed.size();) {
      auto const end = printed.find("\r\n", at);
      auto const got = reader.on_line(printed.substr(at, end - at));
      ASSERT_TRUE(got);
      read = *got;
      at = end + 2;
    }
    ASSERT_TRUE(read);
    EXPECT_EQ(read->code, reply.code);
    EXPECT_EQ(read->status, reply.status);
    EXPECT_EQ(read->text, reply.text);
  }
}

TEST(ReplyReader, RefusesWhatIsNoReply) {
  for (auto const* line : {"", "25", "abc", "150 x", "650 x", "2500", "250x"})
    EXPECT_FALSE(ReplyReader().on_line(line)) << line;
  ReplyReader mixed;
  EXPECT_TRUE(mixed.on_line("250-a"));
  EXPECT_EQ(mixed.on_line("251 b").error(), ReplyError::mixed_codes);
  ReplyReader endless;
  bool refused = false;
  for (int i = 0; i < 100'000 && !refused; ++i) refused = !endless.on_line("250-" + std::string(100, 'x'));
  EXPECT_TRUE(refused);
  EXPECT_FALSE(ReplyReader().on_line("250 " + std::string(5000, 'x')));
}

TEST(ProxyHeader, ReadsVersion1) {
  auto const header = parse_proxy_header("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\nEHLO");
  ASSERT_TRUE(header && *header);
  EXPECT_EQ((*header)->client.print(), "192.0.2.1");
  EXPECT_EQ((*header)->client_port, 56324);
  EXPECT_EQ((*header)->length, 44U);
  EXPECT_FALSE((*parse_proxy_header("PROXY UNKNOWN\r\n"))->has_client);
  EXPECT_TRUE((*parse_proxy_header("PROXY TCP6 2001:db8::1 ::1 1 2\r\n"))->has_client);
  EXPECT_FALSE(*parse_proxy_header("PROXY TCP4 192.0"));
  for (auto const* text : {"EHLO x\r\n", "PROXY TCP4 x y 1 2\r\n", "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
                           "PROXY TCP4 1.2.3.4 1.2.3.4 99999 2\r\n", "PROXY\r\n"})
    EXPECT_FALSE(parse_proxy_header(text)) << text;
  EXPECT_FALSE(parse_proxy_header("PROXY TCP4 " + std::string(200, '1')));
}

TEST(ProxyHeader, ReadsVersion2) {
  std::string header("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\xdc\x04\0\x19", 28);
  for (std::size_t length = 0; length < header.size(); ++length)
    EXPECT_FALSE(*parse_proxy_header(header.substr(0, length))) << length;
  auto const read = parse_proxy_header(header + "EHLO");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->client.print(), "192.0.2.7");
  EXPECT_EQ((*read)->client_port, 0xdc04);
  EXPECT_EQ((*read)->length, 28U);
  header[12] = '\x20';  // LOCAL
  EXPECT_FALSE((*parse_proxy_header(header))->has_client);
  header[12] = '\x31';  // version 3
  EXPECT_FALSE(parse_proxy_header(header));
}

Envelope make_envelope() {
  Envelope e;
  e.arrived = from_micros(1'700'000'000'123'456);
  e.reverse_path = address("\"a b\"@example.org");
  e.size = 12345;
  e.body = Body::binary_mime;
  e.ret = Ret::full;
  e.smtputf8 = e.requiretls = e.over_tls = e.held = true;
  e.content.tls_optional = e.content.content_8bit = true;
  e.route = "smtp:backup.example:25";
  e.envid = "QQ+3D";
  e.recipients.push_back({.address = address("ü@bücher.example"),
                          .original = "info@example.org",
                          .orcpt = "rfc822;x",
                          .notify = {.said = true, .success = true, .failure = false, .delay = true},
                          .attempts = 3,
                          .due = from_micros(99),
                          .last_reply = "451 no"});
  e.recipients.push_back(
      {.address = address("postmaster"), .state = RecipientState::delivered, .due = from_micros(0)});
  return e;
}

TEST(Envelope, RoundTrips) {
  auto const bytes = encode(make_envelope());
  auto const decoded = decode_envelope(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(encode(*decoded), bytes);
  EXPECT_EQ(decoded->recipients[0].original, "info@example.org");
  EXPECT_EQ(decoded->recipients[0].last_reply, "451 no");
  EXPECT_FALSE(decoded->settled());
}

// The second byte is the flags: docs/spool.md. Spools on disk depend on these numbers.
TEST(Envelope, KeepsTheMeaningOfItsFlags) {
  auto const flags_of = [](auto set) {
    Envelope e;
    e.reverse_path = address("a@example.org");
    set(e);
    return static_cast<unsigned>(static_cast<unsigned char>(encode(e)[1]));
  };
  EXPECT_EQ(flags_of([](Envelope&) {}), 0U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.smtputf8 = true; }), 1U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.requiretls = true; }), 2U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.over_tls = true; }), 4U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.held = true; }), 8U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.reverse_path.reset(); }), 16U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.content.tls_optional = true; }), 32U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.content.header_8bit = true; }), 64U);
  EXPECT_EQ(flags_of([](Envelope& e) { e.content.content_8bit = true; }), 128U);
}

TEST(Envelope, RoundTripsEveryCombinationOfFlags) {
  for (unsigned bits = 0; bits < 256; ++bits) {
    auto const set = [bits](EnvelopeFlag flag) { return (bits & static_cast<unsigned>(flag)) != 0; };
    Envelope e;
    if (!set(EnvelopeFlag::null_sender)) e.reverse_path = address("a@example.org");
    e.smtputf8 = set(EnvelopeFlag::smtputf8);
    e.requiretls = set(EnvelopeFlag::requiretls);
    e.over_tls = set(EnvelopeFlag::over_tls);
    e.held = set(EnvelopeFlag::held);
    e.content.tls_optional = set(EnvelopeFlag::tls_optional);
    e.content.header_8bit = set(EnvelopeFlag::header_8bit);
    e.content.content_8bit = set(EnvelopeFlag::content_8bit);
    auto const bytes = encode(e);
    ASSERT_EQ(static_cast<unsigned char>(bytes[1]), bits);
    auto const decoded = decode_envelope(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(encode(*decoded), bytes);
    EXPECT_EQ(decoded->held, e.held);
    EXPECT_EQ(decoded->reverse_path.has_value(), e.reverse_path.has_value());
  }
}

TEST(Envelope, IsOfTheFourthFormatOnlyWhereThatIsNeeded) {
  auto envelope = make_envelope();
  EXPECT_EQ(encode(envelope)[0], 3) << "versions before this one read it";
  envelope.submitted = true;
  auto const bytes = encode(envelope);
  EXPECT_EQ(bytes[0], 4);
  auto const decoded = decode_envelope(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->submitted);
  EXPECT_EQ(encode(*decoded), bytes);
  EXPECT_FALSE(decode_envelope(encode(make_envelope()))->submitted);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decode_envelope(std::string_view(bytes).substr(0, length))) << length;
}

TEST(Envelope, RoundTripsEveryCombinationOfNotify) {  // RFC 3461 section 4.1
  for (unsigned bits = 0; bits < 16; ++bits) {
    Envelope e;
    e.recipients.push_back({.address = address("a@example.org"),
                            .notify = {.said = (bits & 1) != 0,
                                       .success = (bits & 2) != 0,
                                       .failure = (bits & 4) != 0,
                                       .delay = (bits & 8) != 0}});
    auto const decoded = decode_envelope(encode(e));
    ASSERT_TRUE(decoded);
    auto const& notify = decoded->recipients[0].notify;
    EXPECT_EQ(notify.said, (bits & 1) != 0);
    EXPECT_EQ(notify.success, (bits & 2) != 0);
    EXPECT_EQ(notify.failure, (bits & 4) != 0);
    EXPECT_EQ(notify.delay, (bits & 8) != 0);
  }
}

TEST(Envelope, RefusesWhatIsCutOrChanged) {
  auto const bytes = encode(make_envelope());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decode_envelope(std::string_view(bytes).substr(0, length))) << length;
  EXPECT_FALSE(decode_envelope(bytes + "x"));
}

TEST(SegmentRecord, RoundTripsAndNoticesEveryFlippedBit) {
  std::uint64_t const salt = 0x1234567890ABCDEF;
  std::string const payload = "some content";
  std::string const record = encode_record_header(salt, RecordKind::chunk, MessageId{42}, payload) + payload;
  auto const header = decode_record_header(record, salt);
  ASSERT_TRUE(header);
  EXPECT_TRUE(checksum_holds(*header, salt, payload));
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    std::string damaged = record;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    auto const read = decode_record_header(damaged, salt);
    bool const good = read && read->length == payload.size() &&
                      checksum_holds(*read, salt, std::string_view(damaged).substr(record_header_size));
    EXPECT_FALSE(good) << bit;
  }
  EXPECT_FALSE(decode_record_header(record, salt + 1));
}

TEST(SegmentRecord, ReadsEveryKindAndNoOther) {
  std::uint64_t const salt = 99;
  for (std::uint32_t number = 0; number < 10; ++number) {
    auto const kind = static_cast<RecordKind>(number);
    auto const header = decode_record_header(encode_record_header(salt, kind, MessageId{1}, ""), salt);
    EXPECT_EQ(header.has_value(), number >= 1 && number <= 6) << number;
    if (header) EXPECT_EQ(header->kind, kind);
  }
}

TEST(SegmentRecord, SettlementsAndPlacesRoundTrip) {
  std::vector<Settlement> const settlements{{0, RecipientState::delivered, 1, from_micros(5), "250 ok"},
                                            {7, RecipientState::waiting, 2, from_micros(9), ""}};
  auto const decoded = decode_settlements(encode(settlements));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(encode(*decoded), encode(settlements));
  auto const payload = encode_accept({{1, 2, 3}, {4, 5, 6}}, "envelope");
  auto const accept = decode_accept(payload);
  ASSERT_TRUE(accept);
  EXPECT_EQ(accept->chunks.size(), 2U);
  EXPECT_EQ(accept->envelope, "envelope");
  EXPECT_FALSE(decode_accept(payload.substr(0, payload.size() - 1)));
}

TEST(Received, SaysTheFullTruth) {
  Received r;
  r.helo = "client.example";
  r.verified_name = "mail.client.example";
  r.client = *IpAddress::parse("192.0.2.1");
  r.by = "mx.example.org";
  r.protocol = with_protocol({true, true, false, false});
  r.over_tls = true;
  r.tls = {"TLSv1.3", "TLS_AES_256_GCM_SHA384", "X25519", "no client certificate"};
  r.id = "ABC";
  r.for_recipient = "a@example.org";
  r.at = from_micros(1'795'474'834'000'000);
  EXPECT_EQ(print(r),
            "Received: from client.example (mail.client.example [192.0.2.1])\r\n"
            "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 group X25519;\r\n"
            "\t no client certificate)\r\n"
            "\tby mx.example.org (Postern) with ESMTPS id ABC\r\n"
            "\tfor <a@example.org>\r\n"
            "\ttls TLS_AES_256_GCM_SHA384;\r\n"
            "\tMon, 23 Nov 2026 23:00:34 +0000\r\n");
}

TEST(Received, CannotBeForgedByTheHelo) {
  Received r;
  r.helo = "x) by evil.example;\r\nSubject: y (";
  EXPECT_EQ(print(r).find("evil.example;"), std::string::npos);
  EXPECT_EQ(print(r).find("\nSubject"), std::string::npos);
}

TEST(Received, IsInAsciiWhateverTheClientCallsItself) {
  Received r;
  for (auto const* name :
       {"M\xc3\x9cLLER PC", "M\xdcLLER", "\xff\xfe", "caf\xc3\xa9(comment", "\xef\xbc\x88x"}) {
    r.helo = name;
    for (char const c : print(r)) EXPECT_TRUE(!is_8bit(c)) << name;
    EXPECT_EQ(print(r).find("(comment"), std::string::npos);
  }
}

TEST(Received, NamesTheProtocol) {  // RFC 3848, RFC 6531 section 4.3
  EXPECT_EQ(with_protocol({}), "SMTP");
  EXPECT_EQ(with_protocol({true, false, false, false}), "ESMTP");
  EXPECT_EQ(with_protocol({true, true, false, false}), "ESMTPS");
  EXPECT_EQ(with_protocol({true, true, true, false}), "ESMTPSA");
  EXPECT_EQ(with_protocol({true, false, false, true}), "UTF8SMTP");
  EXPECT_EQ(with_protocol({true, true, false, true}), "UTF8SMTPS");
}

TEST(DeliveryReport, HasThreePartsAndItsFields) {  // RFC 3464 section 2
  DeliveryReport report;
  report.reporting_mta = "mx.example.org";
  report.id = "R1";
  report.to = address("sender@far.example");
  report.envid = "E+31";
  report.arrived = from_micros(0);
  report.now = from_micros(1'000'000);
  report.original = "Subject: x\r\n\r\nbody\r\n";
  report.recipients.push_back({.recipient = {.address = address("a@example.org"),
                                             .original = "info@example.org",
                                             .orcpt = "rfc822;info+40example.org",
                                             .attempts = 1},
                               .status = {5, 1, 1},
                               .diagnostic = "550 5.1.1 No",
                               .remote_mta = "lmtp.example"});
  auto const text = print(report);
  for (auto const* part :
       {"To: <sender@far.example>\r\n", "Content-Type: multipart/report; report-type=delivery-status",
        "Auto-Submitted: auto-replied", "Content-Type: message/delivery-status\r\n",
        "Reporting-MTA: dns; mx.example.org\r\n", "Original-Envelope-Id: E1\r\n",
        "Final-Recipient: rfc822; a@example.org\r\n", "Original-Recipient: rfc822; info@example.org\r\n",
        "Action: failed\r\n", "Status: 5.1.1\r\n", "Diagnostic-Code: smtp; 550 5.1.1 No\r\n",
        "Content-Type: text/rfc822-headers\r\n", "Subject: x\r\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_EQ(text.find("body\r\n"), std::string::npos);
  report.with_content = true;
  EXPECT_NE(print(report).find("body\r\n"), std::string::npos);
}

TEST(DeliveryReport, IsGlobalWhenAddressesAre) {  // RFC 6533 section 3
  DeliveryReport report;
  report.reporting_mta = "mx.example.org";
  report.id = "R1";
  report.to = address("ü@far.example");
  report.recipients.push_back({.recipient = {.address = address("ä@example.org"), .attempts = 1},
                               .status = {5, 1, 1},
                               .diagnostic = {},
                               .remote_mta = {}});
  EXPECT_TRUE(needs_smtputf8(report));
  EXPECT_NE(print(report).find("Final-Recipient: utf-8; ä@example.org"), std::string::npos);
}

}  // namespace
}  // namespace postern::wire
