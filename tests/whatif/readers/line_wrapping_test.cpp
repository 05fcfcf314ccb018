// What stands around the lines of a mail server: each wrapping gives what the bare log gives.
#include "whatif/readers/line_wrapping.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

struct LogEntry {
  char const* program;
  int process;
  char const* text;
};

// One message over TLS and one in plaintext, from two clients at the same time.
constexpr LogEntry postfix_entries[] = {
    {"smtpd", 430, "connect from mail.example.org[192.0.2.66]"},
    {"smtpd", 440, "connect from old.example.net[198.51.100.7]"},
    {"smtpd", 430,
     "Anonymous TLS connection established from mail.example.org[192.0.2.66]: TLSv1.3 with cipher "
     "TLS_AES_256_GCM_SHA384 (256/256 bits)"},
    {"smtpd", 440, "5A1B2C3D4E: client=old.example.net[198.51.100.7]"},
    {"smtpd", 430, "4A1B2C3D4E: client=mail.example.org[192.0.2.66]"},
    {"cleanup", 431, "4A1B2C3D4E: message-id=<1@example.org>"},
    {"cleanup", 431, "5A1B2C3D4E: message-id=<2@example.net>"},
    {"qmgr", 432, "4A1B2C3D4E: from=<a@example.org>, size=57417, nrcpt=1 (queue active)"},
    {"qmgr", 432, "5A1B2C3D4E: from=<b@example.net>, size=57417, nrcpt=1 (queue active)"},
    {"smtpd", 430,
     "disconnect from mail.example.org[192.0.2.66] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7"},
    {"smtpd", 440,
     "disconnect from old.example.net[198.51.100.7] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"},
    {"qmgr", 432, "4A1B2C3D4E: removed"},
    {"qmgr", 432, "5A1B2C3D4E: removed"},
};

std::string tag(LogEntry const& entry, std::string const& name = "postfix") {
  return name + "/" + entry.program + "[" + std::to_string(entry.process) + "]: " + entry.text;
}
std::string in_syslog(LogEntry const& entry) { return "Nov 23 14:47:32 mx " + tag(entry); }
std::string json_of(std::string const& text) {
  std::string out;
  for (char const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return "\"" + out + "\"";
}
std::string bytes_of(std::string const& text) {
  std::string out;
  for (char const c : text) out += (out.empty() ? "" : ",") + std::to_string(static_cast<unsigned char>(c));
  return "[" + out + "]";
}
std::string journal_json(LogEntry const& entry, std::string const& message) {
  return "{\"__REALTIME_TIMESTAMP\":\"1795445252000000\",\"_HOSTNAME\":\"mx\",\"SYSLOG_IDENTIFIER\":"
         "\"postfix/" +
         std::string(entry.program) + "\",\"_PID\":\"" + std::to_string(entry.process) +
         "\",\"MESSAGE\":" + message + "}";
}

struct WrappingForm {
  char const* name;
  std::function<std::string(LogEntry const&)> wrap;
};

std::string const container_time = "2026-11-23T14:47:32.127419448Z ";

std::vector<WrappingForm> const wrapping_forms{
    {"plain", in_syslog},
    {"docker logs -t", [](auto const& e) { return container_time + in_syslog(e); }},
    {"docker compose", [](auto const& e) { return "postfix-mailcow_1  | " + in_syslog(e); }},
    {"docker compose -t", [](auto const& e) { return "postfix-1  | " + container_time + in_syslog(e); }},
    {"colours", [](auto const& e) { return "\x1B[36mpostfix-1  |\x1B[0m " + in_syslog(e); }},
    {"docker service logs", [](auto const& e) { return "mail_postfix.1.w3kq@node    | " + in_syslog(e); }},
    {"json-file",
     [](auto const& e) {
       return "{\"log\":" + json_of(in_syslog(e) + "\n") +
              ",\"stream\":\"stdout\",\"time\":\"2026-11-23T14:47:32.1Z\"}";
     }},
    {"json-file without a time within",
     [](auto const& e) {
       return "{\"log\":" + json_of(tag(e)) + ",\"stream\":\"stdout\",\"time\":\"2026-11-23T14:47:32.1Z\"}";
     }},
    {"CRI", [](auto const& e) { return container_time + "stdout F " + in_syslog(e); }},
    {"CRI without a time within", [](auto const& e) { return container_time + "stderr F " + tag(e); }},
    {"kubectl --prefix", [](auto const& e) { return "[pod/mail-0/postfix] " + in_syslog(e); }},
    {"journal json", [](auto const& e) { return journal_json(e, json_of(e.text)); }},
    {"journal json, bytes", [](auto const& e) { return journal_json(e, bytes_of(e.text)); }},
    {"journal json-sse", [](auto const& e) { return "data: " + journal_json(e, json_of(e.text)) + "\n"; }},
    {"journal json-seq", [](auto const& e) { return "\x1E" + journal_json(e, json_of(e.text)); }},
    {"journal json-pretty",
     [](auto const& e) {
       return "{\n\t\"__REALTIME_TIMESTAMP\" : \"1795445252000000\",\n\t\"SYSLOG_IDENTIFIER\" : \"postfix/" +
              std::string(e.program) + "\",\n\t\"_PID\" : \"" + std::to_string(e.process) +
              "\",\n\t\"MESSAGE\" : " + json_of(e.text) + "\n}";
     }},
    {"journal verbose",
     [](auto const& e) {
       return "Mon 2026-11-23 14:47:32.123456 UTC [s=ab;i=1;b=cd]\n    PRIORITY=6\n    "
              "SYSLOG_IDENTIFIER=postfix/" +
              std::string(e.program) + "\n    _PID=" + std::to_string(e.process) +
              "\n    _HOSTNAME=mx\n    MESSAGE=" + e.text;
     }},
    {"journal cat", [](auto const& e) { return std::string(e.text); }},
    {"journal with-unit",
     [](auto const& e) {
       return "Mon 2026-11-23 14:47:32 UTC mx postfix@-.service[" + std::to_string(e.process) +
              "]: " + e.text;
     }},
    {"journal short-full", [](auto const& e) { return "Mon 2026-11-23 14:47:32 CET mx " + tag(e); }},
    {"journal short-precise", [](auto const& e) { return "Nov 23 14:47:32.123456 mx " + tag(e); }},
    {"journal short-iso-precise",
     [](auto const& e) { return "2026-11-23T14:47:32.123456+01:00 mx " + tag(e); }},
    {"journal short-unix", [](auto const& e) { return "1795445252.123456 mx " + tag(e); }},
    {"journal short-monotonic", [](auto const& e) { return "[  123.456789] mx " + tag(e); }},
    {"journal short-delta", [](auto const& e) { return "[  123.456789 <    0.000123 >] mx " + tag(e); }},
    {"BusyBox", [](auto const& e) { return "Nov 23 14:47:32 mx mail.info " + tag(e); }},
    {"FreeBSD -vv", [](auto const& e) { return "Nov 23 14:47:32 <mail.info> mx " + tag(e); }},
    {"no host", [](auto const& e) { return "Nov 23 14:47:32 " + tag(e); }},
    {"boky/postfix", [](auto const& e) { return "2026-11-23T14:47:32.110+00:00 INFO    " + tag(e); }},
    {"syslog_name", [](auto const& e) { return "Nov 23 14:47:32 mx " + tag(e, "mx1"); }},
    {"RFC 5424 without a priority",
     [](auto const& e) {
       return "1 2026-11-23T14:47:32Z mx postfix/" + std::string(e.program) + " " +
              std::to_string(e.process) + " - - " + e.text;
     }},
    {"filebeat",
     [](auto const& e) {
       return "{\"@timestamp\":\"2026-11-23T14:47:32.000Z\",\"host\":{\"name\":\"mx\"},\"message\":" +
              json_of(in_syslog(e)) + "}";
     }},
    {"ECS",
     [](auto const& e) {
       return "{\"@timestamp\":\"2026-11-23T14:47:32.000Z\",\"host\":{\"hostname\":\"mx\"},\"process\":{"
              "\"name\":"
              "\"postfix/" +
              std::string(e.program) + "\",\"pid\":" + std::to_string(e.process) +
              "},\"message\":" + json_of(e.text) + "}";
     }},
    {"Elasticsearch",
     [](auto const& e) {
       return "{\"_index\":\"mail\",\"_source\":{\"@timestamp\":\"2026-11-23T14:47:32.000Z\",\"message\":" +
              json_of(in_syslog(e)) + "}}";
     }},
    {"logcli jsonl",
     [](auto const& e) {
       return "{\"labels\":{\"app\":\"mail\"},\"line\":" + json_of(in_syslog(e)) +
              ",\"timestamp\":\"2026-11-23T14:47:32Z\"}";
     }},
    {"logcli default",
     [](auto const& e) { return "2026-11-23T14:47:32Z {app=\"mail\", host=\"mx\"} " + in_syslog(e); }},
    {"mailcow, which names no process",
     [](auto const& e) {
       return "{\"time\":\"1795445252\",\"priority\":\"info\",\"program\":\"postfix/" +
              std::string(e.program) + "\",\"message\":" + json_of(e.text) + "}";
     }},
    {"json-file in compose",
     [](auto const& e) {
       return "postfix-1  | {\"log\":" + json_of(in_syslog(e) + "\n") + ",\"stream\":\"stdout\"}";
     }},
};

std::string wrapped(WrappingForm const& form) {
  std::string out;
  for (auto const& entry : postfix_entries) out += form.wrap(entry) + "\n";
  return out;
}

void expect_both_messages(std::string const& text, std::size_t piece, char const* name) {
  ASSERT_TRUE(recognise(text)) << name;
  auto const read = read_text(text, {}, {}, piece);
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U) << name;
  for (auto const& message : messages) {
    bool const tls = message.client.print() == "192.0.2.66";
    EXPECT_EQ(message.tls.used, tls ? Tristate::yes : Tristate::no) << name;
    EXPECT_EQ(message.tls.version, tls ? "TLSv1.3" : "") << name;
    EXPECT_EQ(message.sender, tls ? "a@example.org" : "b@example.net") << name;
  }
  EXPECT_EQ(read.stats.skipped, 0U) << name;
}

TEST(LineWrapping, EachGivesTheAnswerOfTheBareLog) {
  for (auto const& form : wrapping_forms) {
    auto const text = wrapped(form);
    for (std::size_t const piece : {text.size(), std::size_t{7}})
      expect_both_messages(text, piece, form.name);
  }
}

TEST(LineWrapping, TheTimeIsThatOfTheLineOrElseThatOfTheWrapping) {
  for (auto const& form : wrapping_forms) {
    std::string_view const name = form.name;
    if (name == "journal cat" || name.starts_with("journal short-") || name == "journal with-unit") continue;
    for (auto const& message : read_text(wrapped(form)).messages()) {
      EXPECT_GE(message.at, from_micros(1'795'445'252'000'000)) << name;
      EXPECT_LT(message.at, from_micros(1'795'445'253'000'000)) << name;
    }
  }
}

// Learnt from the first lines; a line in another form is still read.
TEST(LineWrapping, FormsMayChangeWithinAFile) {
  for (auto const& other : wrapping_forms) {
    std::string_view const name = other.name;
    if (name == "journal json-pretty" || name == "journal json-sse") continue;  // more than a line each
    std::string text;
    for (int i = 0; i < 20; ++i)
      text += "postfix-1  | Nov 23 14:40:00 mx postfix/anvil[9]: statistics: max cache size 1\n";
    auto const read = read_text(text + wrapped(other));
    EXPECT_EQ(read.messages().size(), 2U) << name;
  }
}

TEST(LineWrapping, EximsOwnLogIsReadInAContainersToo) {
  std::string const bare =
      "2026-11-23 01:38:11 1smkL9-000000001ae-24eQ <= e@example.org H=m.example.org [192.0.2.69] P=esmtps "
      "X=TLS1.2:ECDHE-RSA-AES256-GCM-SHA384:256 CV=no S=1 id=5@example.org";
  for (auto const& text : {"exim-1  | " + bare, container_time + bare, container_time + "stdout F " + bare,
                           "{\"log\":" + json_of(bare + "\n") + ",\"stream\":\"stdout\"}"}) {
    EXPECT_EQ(recognise(text), Format::exim) << text;
    ASSERT_EQ(read_text(text).messages().size(), 1U) << text;
    EXPECT_EQ(read_text(text).messages()[0].tls.version, "TLSv1.2") << text;
  }
}

TEST(LineWrapping, OpensmtpdsOutputIsReadBehindTheTimeOfItsContainer) {
  std::string const text = container_time +
                           "9f2c0123456789ab smtp connected address=192.0.2.1 host=mail.example\n" +
                           container_time + "9f2c0123456789ab smtp disconnected reason=quit\n";
  EXPECT_EQ(recognise(text), Format::opensmtpd);
  EXPECT_EQ(read_text(text).sessions().size(), 1U);
}

TEST(LineWrapping, KumomtasRecordsAreNoWrapping) {
  std::string const record =
      "{\"type\":\"Reception\",\"peer_address\":{\"name\":\"h\",\"addr\":\"192.0.2.1\"},\"timestamp\":"
      "1795445252,"
      "\"message\":\"x\",\"host\":\"y\"}\n";
  auto const evidence = look_at(record);
  EXPECT_EQ(evidence.format, Format::json_lines);
  EXPECT_TRUE(evidence.wrapping.empty());
}

TEST(LineUnwrapper, PartsOfALineAreJoined) {
  LineUnwrapper unwrapper;
  EXPECT_FALSE(
      unwrapper.take("2026-11-23T14:47:32.1Z stdout P Nov 23 14:47:32 mx postfix/smtpd[1]: connect "));
  EXPECT_EQ(unwrapper.take("2026-11-23T14:47:32.1Z stdout F from x[192.0.2.1]"),
            "Nov 23 14:47:32 mx postfix/smtpd[1]: connect from x[192.0.2.1]");
  EXPECT_FALSE(unwrapper.take("2026-11-23T14:47:32.1Z stdout P begun"));
  EXPECT_TRUE(unwrapper.end());
  EXPECT_FALSE(unwrapper.end());
}

TEST(LineUnwrapper, WhatIsKeptOfALineInPartsIsBounded) {
  LineUnwrapper unwrapper;
  for (int i = 0; i < 10; ++i)
    EXPECT_FALSE(unwrapper.take("2026-11-23T14:47:32.1Z stdout P " + std::string(60'000, 'x')));
  auto const whole = unwrapper.take("2026-11-23T14:47:32.1Z stdout F x");
  ASSERT_TRUE(whole);
  EXPECT_LE(whole->size(), LineUnwrapper::max_line);
}

TEST(LineUnwrapper, NothingIsTakenOffALineOfAServer) {
  LineUnwrapper unwrapper;
  for (std::string_view const line :
       {"Nov 23 14:47:32 mx postfix/smtpd[1]: connect from x[192.0.2.1]",
        "2026-11-23T14:47:32.123456+01:00 mx postfix/smtpd[1]: connect from x[192.0.2.1]",
        "2026-11-23 14:49:10 1smkL9-000000001ae-24eQ <= a|b@example.org H=x [192.0.2.1] P=esmtp",
        "9f2c0123456789ab smtp connected address=192.0.2.1 host=mail.example", "nothing of the kind",
        "{\"client\":\"192.0.2.1\",\"time\":1,\"message\":\"x\"}"}) {
    EXPECT_EQ(unwrapper.take(line), line);
    EXPECT_TRUE(unwrapper.last().empty()) << line;
  }
}

}  // namespace
}  // namespace postern::tests
