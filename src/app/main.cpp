// The command line.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>

#include "app/commands/commands.hpp"

namespace postern::app {
namespace {

using Run = std::function<int()>;

void add_serve(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("serve", "Receive mail (what happens without a command, too)");
  auto config = std::make_shared<std::string>();
  command->add_option("-c,--config", *config,
                      "configuration file; without it, embedded defaults on unprivileged ports");
  command->callback([config, &run] { run = [config] { return run_serve(*config); }; });
}

void add_check(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("check", "Look for errors in a configuration file");
  auto config = std::make_shared<std::string>();
  command->add_option("FILE,-c,--config", *config, "configuration file");
  command->callback([config, &run] { run = [config] { return run_check(*config); }; });
}

void add_config(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("config", "Print every key of the configuration with its default");
  auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "as the page docs/configuration.md");
  command->callback([markdown, &run] { run = [markdown] { return run_config(*markdown); }; });
}

void add_facts(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("facts", "Print what the tables of facts.db mean");
  auto rules = std::make_shared<bool>(false);
  command->add_flag_callback(
      "--schema", [] {}, "as the page docs/facts.md");
  command->add_flag("--rules", *rules, "the facts that [[rules]] can ask for: docs/rule-facts.md");
  command->callback(
      [rules, &run] { run = [rules] { return *rules ? run_rule_facts() : run_facts_schema(); }; });
}

void add_queue(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("queue", "Look at the queue and act on it");
  auto options = std::make_shared<QueueOptions>();
  command->add_option("-c,--config", options->config, "configuration file of the server");
  command->add_option("-d,--data-dir", options->data_dir, "its data directory, instead");
  command->add_flag("--json", options->json, "print JSON");
  command->require_subcommand(0, 1);
  command->fallthrough();
  options->action = "destinations";
  for (auto const& [name, help, takes_id] :
       {std::tuple{"destinations", "What waits for whom, and why", false},
        std::tuple{"list", "Each message that waits", false}, std::tuple{"show", "One message", true},
        std::tuple{"retry", "Try now: one message, those for a destination, or all", true},
        std::tuple{"hold", "Do not try", true}, std::tuple{"release", "Try again what was held", true},
        std::tuple{"delete", "Forget a message; nobody is told", true},
        std::tuple{"move", "Send it another way: mx, smtp:HOST:PORT, or a configured route", true}}) {
    auto* action = command->add_subcommand(name, help);
    std::string_view const what = name;
    if (takes_id) action->add_option("ID", options->id, "queue id");
    if (what == "list" || (takes_id && what != "show"))
      action->add_option("--destination", options->destination,
                         "all that wait for it, as `postern queue` names it");
    if (what == "move")
      action->add_option("--to", options->to, "the route; without it, back to the configured one");
    action->callback([options, name = std::string(name)] { options->action = name; });
  }
  command->final_callback([options, &run] { run = [options] { return run_queue(*options); }; });
}

void add_probe(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "probe", "Look at a domain's mail hosts as a sender would: TLS, certificates, DANE, MTA-STS, reports");
  auto options = std::make_shared<ProbeOptions>();
  command->add_option("DOMAIN", options->domain)->required();
  command->add_option("-c,--config", options->config, "configuration file: whom to ask, and who is trusted");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &run] { run = [options] { return run_probe(*options); }; });
}

void add_dns(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("dns", "Print the DNS records to publish for our domains");
  auto config = std::make_shared<std::string>();
  command->add_option("-c,--config", *config, "configuration file of the server");
  command->callback([config, &run] { run = [config] { return run_dns(*config); }; });
}

void add_send(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "send",
      "Send the message on standard input, also while the server is down; linked as sendmail, it is one");
  auto options = std::make_shared<SendOptions>();
  command->add_option("RECIPIENT", options->recipients, "addresses");
  command->add_option("-f,--from", options->sender,
                      "the sender; <> is the null sender. Default: who runs it");
  command->add_option("-F,--full-name", options->full_name, "for a missing From field");
  command->add_flag("-t,--read-recipients", options->reads_recipients, "from To, Cc and Bcc");
  command->add_option("-c,--config", options->config,
                      "configuration file; default: $POSTERN_CONFIG, or /etc/postern/postern.toml");
  options->dot_ends = false;
  command->callback([options, &run] { run = [options] { return run_send(*options); }; });
}

void add_tlsrpt(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "tlsrpt", "Show reports about TLS that others have sent us (JSON, gzip, or whole mails), or send ours");
  auto options = std::make_shared<TlsrptOptions>();
  command->add_option("FILE", options->files, "- is standard input");
  command->add_flag("--json", options->json, "print JSON");
  command->add_flag("--send", options->send, "send ours now: those of --day that have not been sent");
  command->add_option("--day", options->day, "2026-11-24 (UTC)");
  command->add_option("-c,--config", options->config, "configuration file of the server, for --send");
  command->callback([options, &run] {
    if (options->send == options->day.empty() || options->send != options->files.empty())
      throw CLI::ValidationError("tlsrpt", "give files, or --send with --day");
    run = [options] { return run_tlsrpt(*options); };
  });
}

void add_rules(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "rules", "What each of the [[rules]] has done or would have done, and what enforcing it would cost");
  auto options = std::make_shared<RulesOptions>();
  command->add_option("-c,--config", options->config, "configuration file of the server")->required();
  command->add_flag("--json", options->json, "print JSON");
  command->add_flag("!--no-prediction", options->predict, "do not replay the facts");
  command->callback([options, &run] { run = [options] { return run_rules(*options); }; });
}

void add_notices(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("notices", "Send a day's notices about mail that rules acted on, now");
  auto config = std::make_shared<std::string>();
  auto day = std::make_shared<std::string>();
  command->add_option("-c,--config", *config, "configuration file of the server");
  command->add_option("--day", *day, "2026-11-24 (UTC)")->required();
  command->callback([config, day, &run] { run = [config, day] { return run_notices(*config, *day); }; });
}

void add_memory(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("memory", "Who is remembered to speak TLS, and who fails at it");
  auto options = std::make_shared<MemoryOptions>();
  command->add_option("-c,--config", options->config, "configuration file of the server");
  command->add_flag("--json", options->json, "print JSON");
  command->require_subcommand(0, 1);
  command->fallthrough();
  auto const kinds = CLI::IsMember({"host", "client", "sender"});
  auto const on = [options](std::string name) { return [options, name] { options->action = name; }; };
  auto* list = command->add_subcommand("list", "All of a kind, the last seen first")->callback(on("list"));
  list->add_option("--kind", options->kind, "host, client or sender")->check(kinds)->capture_default_str();
  list->add_flag("--downgraded", options->downgraded, "only who comes in the clear now, and over TLS before");
  list->add_flag("--failing", options->failing, "only whose handshakes fail, and why");
  for (auto const* name : {"show", "forget"}) {
    auto* one = command->add_subcommand(name, std::string_view(name) == "show" ? "One" : "As if never seen");
    one->add_option("NAME", options->name, "a domain, a network, an address")->required();
    one->add_option("--kind", options->kind, "host, client or sender")->check(kinds)->capture_default_str();
    one->callback(on(name));
  }
  auto* import =
      command->add_subcommand("import", "Learn from logs, facts.db or an export")->callback(on("import"));
  import->add_option("INPUT", options->inputs, "as for whatif")->required();
  import->add_option("--format", options->format, "as for whatif");
  command->add_subcommand("export", "All, as JSON lines")->callback(on("export"));
  command->final_callback([options, &run] { run = [options] { return run_memory(*options); }; });
}

void add_load(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("load", "Send many messages and measure how fast they are taken");
  auto options = std::make_shared<LoadOptions>();
  command->add_option("TARGET", options->target, "address:port of an SMTP server of yours")->required();
  command->add_option("-n,--messages", options->messages, "in all")->capture_default_str();
  command->add_option("-k,--connections", options->connections, "at the same time")->capture_default_str();
  command->add_option("-m,--per-connection", options->per_connection, "messages on each connection")
      ->capture_default_str();
  command->add_option("-s,--size", options->size, "bytes of each message")->capture_default_str();
  command->add_option("--tls", options->tls, "none, full (a handshake for each connection) or resume")
      ->transform(CLI::CheckedTransformer(std::map<std::string, LoadTls>{
          {"none", LoadTls::none}, {"full", LoadTls::full}, {"resume", LoadTls::resume}}));
  command->add_flag("!--no-pipelining", options->pipelining, "wait for each reply");
  command->add_option("--rate", options->rate, "messages a second; without it as many as possible");
  command->add_option("--idle", options->idle,
                      "open so many connections and hold them until standard input ends");
  command->add_option("--from", options->sender)->capture_default_str();
  command->add_option("--to", options->recipient)->capture_default_str();
  command->add_option("--threads", options->threads)->capture_default_str();
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &run] { run = [options] { return run_load(*options); }; });
}

void add_whatif(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "whatif", "How much mail would a stricter rule have cost? Reads logs, mailboxes and facts");
  auto options = std::make_shared<WhatIfOptions>();
  command
      ->add_option("INPUT", options->inputs,
                   "logs (also .gz .xz .zst), mailboxes, Maildirs, facts.db; - is standard input")
      ->required();
  command->add_option("-r,--rule", options->rules,
                      "require-tls, require-tls>=1.2, require-tls>=1.3, require-client-certificate, "
                      "require-trusted-client-certificate, remembered; each with \"for DOMAIN\" or \"from "
                      "DOMAIN\" behind it");
  command->add_option("-c,--config", options->config,
                      "configuration file of the server: --rule can name its [[rules]], too");
  command->add_option(
      "--rules", options->rule_files,
      "a configuration of the gate: what it requires, and each of its [[rules]] as if enforced");
  command->add_option("--since", options->since, "30d, 2026-11-01, 2026-11-01T12:00:00Z");
  command->add_option("--until", options->until, "before that time");
  command->add_option("--internal", options->internal, "own network in CIDR notation: not from outside");
  command->add_option("--border", options->border,
                      "own mail host or domain whose Received fields tell, for mailboxes");
  command->add_option("--format", options->format,
                      "syslog, journal, exim, opensmtpd, haraka, exchange, json, csv, mbox, message, facts");
  command
      ->add_option("--retry-time", options->retry_time,
                   "a message that was deferred and comes again within it counts once")
      ->capture_default_str();
  command->add_flag("--json", options->json, "print JSON");
  command->add_option("--html", options->html, "write a page with charts");
  command->add_option("--csv", options->csv, "write the senders that would be lost");
  command->add_flag("--explain-skipped", options->explain_skipped, "show lines that were not understood");
  command->callback([options, &run] { run = [options] { return run_whatif(*options); }; });
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
  add_serve(app, run);
  add_queue(app, run);
  add_check(app, run);
  add_config(app, run);
  add_facts(app, run);
  add_probe(app, run);
  add_dns(app, run);
  add_send(app, run);
  add_tlsrpt(app, run);
  add_rules(app, run);
  add_memory(app, run);
  add_notices(app, run);
  add_load(app, run);
  add_whatif(app, run);
  app.add_subcommand("version", "Print the versions of Postern and of what it is built on")->callback([&run] {
    run = [] { return run_version(); };
  });
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
