// The commands of `postern`, each in a file of its own. Each gives the exit code: 0 done, 1 failed, 2 asked
// wrongly. `config` is the configuration file that the command line names; where it names none, it is found
// as settings/find_config.hpp says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::app {

int run_serve(std::string const& config);

struct CheckOptions {
  std::string config;
  bool strict = false;  // warnings end it with 1, too
};
int run_check(CheckOptions const& options);

int run_config(bool markdown);
int run_version();

struct FactsOptions {
  bool schema = false;  // as without it: docs/facts.md
  bool rules = false;   // docs/rule-facts.md, instead
};
int run_facts(FactsOptions const& options);

int run_dns(std::string const& config);

enum class DkimAction : std::uint8_t {
  list,
  make,    // the first keys of a domain
  rotate,  // the next keys of a domain that has some
  use      // the next keys now, whatever the DNS says
};
struct DkimOptions {
  std::string config;
  DkimAction action = DkimAction::list;
  std::string domain;  // empty: all, of list
};
int run_dkim(DkimOptions const& options);

enum class QueueAction : std::uint8_t {
  destinations,
  list,
  show,
  retry,
  hold,
  release,
  remove,
  move,
  recover
};
std::string_view print(QueueAction action);  // as the command line and the management API name it

struct QueueOptions {
  std::string config = {};
  std::string data_dir = {};  // instead of the configuration's
  QueueAction action = QueueAction::destinations;
  std::string id = {};
  std::string destination = {};  // instead of an id: every message that waits for it
  // Of move: a route; empty: back to the configured one. Of recover: a directory to write to.
  std::string to = {};
  bool json = false;
};
int run_queue(QueueOptions const& options);

struct SendOptions {
  std::string config = {};                 // empty: $POSTERN_CONFIG, or /etc/postern/postern.toml
  std::optional<std::string> sender = {};  // "" or "<>": the null sender; absent: who runs it
  std::string full_name = {};
  std::vector<std::string> recipients = {};
  bool reads_recipients = false;  // from To, Cc and Bcc, too
  bool dot_ends = true;           // a line with a lone dot ends the message
  wire::Notify notify = {};
  wire::Ret ret = wire::Ret::unsaid;
  std::string envid = {};
};
int run_send(SendOptions const& options);                  // sysexits.h
int run_sendmail(std::span<std::string const> arguments);  // sendmail's command line; sysexits.h

struct ProbeOptions {
  std::string domain;
  std::string config;
  bool json = false;
};
int run_probe(
    ProbeOptions const& options);  // 0: nothing is wrong; 1: something is; 2: it could not be looked at

struct TlsrptOptions {
  std::vector<std::string> files;
  bool json = false;
  bool send = false;  // ask the running server to send
  std::string day;
  std::string config;
};
int run_tlsrpt(TlsrptOptions const& options);

struct RulesOptions {
  std::string config;
  bool json = false;
  bool predict = true;  // replays the facts, too
};
int run_rules(RulesOptions const& options);

struct NoticesOptions {
  std::string config;
  std::string day;
};
int run_notices(NoticesOptions const& options);  // asks the running server to send them

enum class MemoryAction : std::uint8_t { list, show, forget, import_, export_ };

struct MemoryOptions {
  std::string config;
  MemoryAction action = MemoryAction::list;
  std::string kind = "host";
  std::string name;
  std::vector<std::string> inputs;  // of import
  std::string format;
  bool downgraded = false;  // list: those in the clear now, over TLS before
  bool failing = false;     // list: those whose handshakes fail
  bool json = false;
};
int run_memory(MemoryOptions const& options);

enum class LoadTls { none, full, resume };
struct LoadOptions {
  std::string target;            // address:port
  std::size_t connections = 10;  // at the same time
  std::size_t per_connection = 1;
  std::size_t messages = 1000;  // in all
  std::size_t size = 4096;      // bytes of content
  LoadTls tls = LoadTls::none;
  bool pipelining = true;
  double rate = 0;       // messages a second in all; 0: as fast as it goes
  std::size_t idle = 0;  // connections to open, and to hold until standard input ends
  std::string sender = "load@localhost";
  std::string recipient = "load@localhost";
  std::size_t threads = 1;
  bool json = false;
};
int run_load(LoadOptions const& options);

struct WhatIfOptions {
  std::vector<std::string> inputs;      // files, directories, "-"
  std::string config;                   // of the server: its rules can be named
  std::vector<std::string> rules;       // whatif/rule
  std::vector<std::string> rule_files;  // configurations of the gate
  std::vector<std::string> internal;    // own networks
  std::vector<std::string> border;      // own hosts, for mailboxes
  std::string since, until;
  std::string retry_time = "5d";
  std::string format;
  std::string html, csv;        // files to write
  std::vector<std::string> by;  // "recipient", "network", "country"
  std::string countries;        // a table of networks and their countries
  bool backtest = false;
  std::string extract;         // a file to write instead of an answer
  std::string extract_secret;  // a file: addresses and names are hashed with its content
  bool json = false;
  bool explain = false;  // says what each input was taken for, and why
  bool explain_skipped = false;
};
int run_whatif(WhatIfOptions const& options);  // 2: no source could be read, or no message was found

}  // namespace postern::app
