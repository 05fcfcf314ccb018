// The command line.
#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <memory>

#include "app/commands/commands.hpp"
#include "whatif/readers/readers.hpp"

namespace postern::app {
namespace {

using Run = std::function<int()>;

// A row of the table of commands: `add` declares the options on the command line, and gives what runs it.
struct Command {
  char const* name;
  char const* help;
  std::function<Run(CLI::App& command)> add;
};

// `declare` says how the command line fills in the options; `run` is the command (app/commands/commands.hpp).
template <class Options, class Function>
Command row(char const* name, char const* help, void (*declare)(CLI::App&, Options&), Function run) {
  return {name, help, [declare, run](CLI::App& app) -> Run {
            auto const options = std::make_shared<Options>();
            declare(app, *options);
            return [options, run] { return run(*options); };
          }};
}

struct NoOptions {};

void declare_server(CLI::App& command, std::string& config) {
  command.add_option("-c,--config", config, "configuration file of the server");
}

void declare_serve(CLI::App& command, std::string& config) {
  command.add_option("-c,--config", config,
                     "configuration file; without it, embedded defaults on unprivileged ports");
}

void declare_check(CLI::App& command, std::string& config) {
  command.add_option("FILE,-c,--config", config, "configuration file");
}

void declare_config(CLI::App& command, bool& markdown) {
  command.add_flag("--markdown", markdown, "as the page docs/configuration.md");
}

void declare_facts(CLI::App& command, FactsOptions& options) {
  command.add_flag("--schema", options.schema, "as the page docs/facts.md");
  command.add_flag("--rules", options.rules, "the facts that [[rules]] can ask for: docs/rule-facts.md");
}

struct QueueWord {
  QueueAction action;
  char const* help;
};

constexpr std::array queue_words{
    QueueWord{QueueAction::destinations, "What waits for whom, and why"},
    QueueWord{QueueAction::list, "Each message that waits"},
    QueueWord{QueueAction::show, "One message"},
    QueueWord{QueueAction::retry, "Try now: one message, those for a destination, or all"},
    QueueWord{QueueAction::hold, "Do not try"},
    QueueWord{QueueAction::release, "Try again what was held"},
    QueueWord{QueueAction::remove, "Forget a message; nobody is told"},
    QueueWord{QueueAction::move, "Send it along another route: mx, smtp:HOST:PORT, or a configured one"}};

void declare_queue(CLI::App& command, QueueOptions& options) {
  declare_server(command, options.config);
  command.add_option("-d,--data-dir", options.data_dir, "data directory of the server (instead of --config)");
  command.add_flag("--json", options.json, "print JSON");
  command.require_subcommand(0, 1);
  command.fallthrough();
  for (auto const& [action, help] : queue_words) {
    auto* word = command.add_subcommand(std::string(print(action)), help);
    bool const lists = action == QueueAction::destinations || action == QueueAction::list;
    bool const of_many = action != QueueAction::destinations && action != QueueAction::show;
    if (!lists) word->add_option("ID", options.id, "queue id");
    if (of_many)
      word->add_option("--destination", options.destination,
                       "all that wait for it, as `postern queue` names it");
    if (action == QueueAction::move)
      word->add_option("--to", options.to, "the route; without it, back to the configured one");
    word->callback([&options, chosen = action] { options.action = chosen; });
  }
}

void declare_probe(CLI::App& command, ProbeOptions& options) {
  command.add_option("DOMAIN", options.domain)->required();
  command.add_option("-c,--config", options.config, "configuration file: whom to ask, and who is trusted");
  command.add_flag("--json", options.json, "print JSON");
}

void declare_send(CLI::App& command, SendOptions& options) {
  command.add_option("RECIPIENT", options.recipients, "addresses");
  command.add_option("-f,--from", options.sender, "the sender; <> is the null sender. Default: who runs it");
  command.add_option("-F,--full-name", options.full_name, "for a missing From field");
  command.add_flag("-t,--read-recipients", options.reads_recipients, "from To, Cc and Bcc");
  command.add_option("-c,--config", options.config,
                     "configuration file; default: $POSTERN_CONFIG, or /etc/postern/postern.toml");
  options.dot_ends = false;
}

void declare_tlsrpt(CLI::App& command, TlsrptOptions& options) {
  command.add_option("FILE", options.files, "- is standard input");
  command.add_flag("--json", options.json, "print JSON");
  command.add_flag("--send", options.send, "send ours now: those of --day that have not been sent");
  command.add_option("--day", options.day, "2026-11-24 (UTC)");
  command.add_option("-c,--config", options.config, "configuration file of the server, for --send");
}

void declare_rules(CLI::App& command, RulesOptions& options) {
  command.add_option("-c,--config", options.config, "configuration file of the server")->required();
  command.add_flag("--json", options.json, "print JSON");
  command.add_flag("!--no-prediction", options.predict, "do not replay the facts");
}

void declare_notices(CLI::App& command, NoticesOptions& options) {
  declare_server(command, options.config);
  command.add_option("--day", options.day, "2026-11-24 (UTC)")->required();
}

CLI::App* add_memory_word(CLI::App& command, MemoryOptions& options, MemoryAction action, char const* word,
                          char const* help) {
  auto* added = command.add_subcommand(word, help);
  added->callback([&options, action] { options.action = action; });
  return added;
}

void declare_memory(CLI::App& command, MemoryOptions& options) {
  declare_server(command, options.config);
  command.add_flag("--json", options.json, "print JSON");
  command.require_subcommand(0, 1);
  command.fallthrough();
  auto const add_kind = [&options](CLI::App* word) {
    word->add_option("--kind", options.kind, "host, client or sender")
        ->check(CLI::IsMember({"host", "client", "sender"}))
        ->capture_default_str();
  };
  auto* list =
      add_memory_word(command, options, MemoryAction::list, "list", "All of a kind, the last seen first");
  add_kind(list);
  list->add_flag("--downgraded", options.downgraded, "only who comes in the clear now, and over TLS before");
  list->add_flag("--failing", options.failing, "only whose handshakes fail, and why");
  for (auto* one : {add_memory_word(command, options, MemoryAction::show, "show", "One"),
                    add_memory_word(command, options, MemoryAction::forget, "forget", "As if never seen")}) {
    one->add_option("NAME", options.name, "a domain, a network, an address")->required();
    add_kind(one);
  }
  auto* import = add_memory_word(command, options, MemoryAction::import_, "import",
                                 "Learn from logs, facts.db or an export");
  import->add_option("INPUT", options.inputs, "as for whatif")->required();
  import->add_option("--format", options.format, "as for whatif");
  add_memory_word(command, options, MemoryAction::export_, "export", "All, as JSON lines");
}

void declare_load(CLI::App& command, LoadOptions& options) {
  command.add_option("TARGET", options.target, "address:port of an SMTP server of yours")->required();
  command.add_option("-n,--messages", options.messages, "in all")->capture_default_str();
  command.add_option("-k,--connections", options.connections, "at the same time")->capture_default_str();
  command.add_option("-m,--per-connection", options.per_connection, "messages on each connection")
      ->capture_default_str();
  command.add_option("-s,--size", options.size, "bytes of each message")->capture_default_str();
  command.add_option("--tls", options.tls, "none, full (a handshake for each connection) or resume")
      ->transform(CLI::CheckedTransformer(std::map<std::string, LoadTls>{
          {"none", LoadTls::none}, {"full", LoadTls::full}, {"resume", LoadTls::resume}}));
  command.add_flag("!--no-pipelining", options.pipelining, "wait for each reply");
  command.add_option("--rate", options.rate, "messages a second; without it as many as possible");
  command.add_option("--idle", options.idle,
                     "open so many connections and hold them until standard input ends");
  command.add_option("--from", options.sender)->capture_default_str();
  command.add_option("--to", options.recipient)->capture_default_str();
  command.add_option("--threads", options.threads)->capture_default_str();
  command.add_flag("--json", options.json, "print JSON");
}

void declare_whatif(CLI::App& command, WhatIfOptions& options) {
  command
      .add_option("INPUT", options.inputs,
                  "logs (also .gz .xz .zst), mailboxes, Maildirs, directories, facts.db; - is standard input")
      ->required();
  command.add_option("-r,--rule", options.rules,
                     "rule to try (repeatable): require-tls, require-tls>=1.2, require-tls>=1.3, "
                     "require-client-certificate, require-trusted-client-certificate or remembered, each "
                     "optionally followed by \"for DOMAIN\" (of the recipient) or \"from DOMAIN\" (of the "
                     "sender); or the name of one of the [[rules]] of --config");
  command.add_option("-c,--config", options.config,
                     "the server's configuration file: --rule can name its [[rules]], and remembered uses "
                     "its tls.memory");
  command.add_option("--rules", options.rule_files,
                     "configuration file to try: what it requires, and each of its [[rules]] as if enforced");
  command.add_option("--since", options.since,
                     "count messages from this time on: 30d (before now), 2026-11-01, 2026-11-01T12:00:00Z");
  command.add_option("--until", options.until, "count messages before this time");
  command.add_option("--internal", options.internal,
                     "own network in CIDR notation; its mail is not counted (repeatable)");
  command.add_option("--border", options.border,
                     "for mailboxes: own mail host or domain whose Received fields are used (repeatable)");
  command.add_option("--format", options.format,
                     "format of the inputs, if detection picks the wrong one: " + whatif::format_help());
  command
      .add_option("--retry-time", options.retry_time,
                  "a deferred message that is accepted within this time counts once")
      ->capture_default_str();
  command.add_flag("--json", options.json, "print JSON instead of text");
  command.add_option("--html", options.html, "write a report with charts to this file");
  command.add_option("--csv", options.csv, "write all senders that would lose mail to this file");
  command.add_flag("--explain-skipped", options.explain_skipped,
                   "show the first lines of each source that were not understood");
}

void declare_nothing(CLI::App&, NoOptions&) {}

// A new command is a file in app/commands, its declaration there, and a row here.
std::vector<Command> commands() {
  return {
      row("serve", "Receive mail (what happens without a command, too)", &declare_serve, &run_serve),
      row("queue", "Look at the queue and act on it", &declare_queue, &run_queue),
      row("check", "Look for errors in a configuration file", &declare_check, &run_check),
      row("config", "Print every key of the configuration with its default", &declare_config, &run_config),
      row("facts", "Print what the tables of facts.db mean", &declare_facts, &run_facts),
      row("probe",
          "Look at a domain's mail hosts as a sender would: TLS, certificates, DANE, MTA-STS, reports",
          &declare_probe, &run_probe),
      row("dns", "Print the DNS records to publish for our domains", &declare_server, &run_dns),
      row("send",
          "Send the message on standard input, also while the server is down; linked as sendmail, it is one",
          &declare_send, &run_send),
      row("tlsrpt",
          "Show reports about TLS that others have sent us (JSON, gzip, or whole mails), or send ours",
          &declare_tlsrpt, &run_tlsrpt),
      row("rules", "What each of the [[rules]] has done or would have done, and what enforcing it would cost",
          &declare_rules, &run_rules),
      row("memory", "Who is remembered to speak TLS, and who fails at it", &declare_memory, &run_memory),
      row("notices", "Send a day's notices about mail that rules acted on, now", &declare_notices,
          &run_notices),
      row("load", "Send many messages and measure how fast they are taken", &declare_load, &run_load),
      row("whatif",
          "Show how much mail stricter rules would have cost, from logs, mailboxes or recorded facts",
          &declare_whatif, &run_whatif),
      row("version", "Print the versions of Postern and of what it is built on", &declare_nothing,
          [](NoOptions const&) { return run_version(); }),
  };
}

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::string_view const called = std::string_view(argv[0]).substr(std::string_view(argv[0]).rfind('/') + 1);
  std::vector<std::string> const arguments(argv + 1, argv + argc);
  if (called == "sendmail") return run_sendmail(arguments);
  if (called == "mailq") return run_sendmail({"-bp"});
  if (called == "newaliases") return run_sendmail({"-bi"});
  if (!arguments.empty() && arguments.front() == "sendmail")
    return run_sendmail({arguments.begin() + 1, arguments.end()});
  CLI::App app(
      "Postern, the mail gate: takes mail with and without TLS, never loses it, and records how each message "
      "came.");
  app.require_subcommand(0, 1);
  Run run = [] { return run_serve({}); };
  for (auto const& command : commands()) {
    auto* added = app.add_subcommand(command.name, command.help);
    added->final_callback([&run, chosen = command.add(*added)] { run = chosen; });
  }
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run();
  } catch (std::exception const& error) {
    std::fprintf(stderr, "postern: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace postern::app

int main(int argc, char** argv) { return postern::app::main(argc, argv); }
