#include "app/commands/whatif_options.hpp"

#include <CLI/CLI.hpp>

#include "app/commands/commands.hpp"
#include "whatif/readers/readers.hpp"

namespace postern::app {

namespace {

// An option that may be given several times and takes one value each time, so that the input behind it stays
// an input.
CLI::Option* repeatable(CLI::Option* option) { return option->allow_extra_args(false); }

}  // namespace

void declare_whatif(CLI::App& command, WhatIfOptions& options) {
  command.add_option(
      "INPUT", options.inputs,
      "logs (also .gz .xz .zst), mailboxes, Maildirs, directories, facts.db; - is standard input");
  repeatable(command.add_option(
      "-r,--rule", options.rules,
      "rule to try (repeatable): require-tls, require-tls>=1.2, require-tls>=1.3, "
      "require-client-certificate, require-trusted-client-certificate or remembered, each "
      "optionally followed by \"for DOMAIN\" (of the recipient) or \"from DOMAIN\" (of the "
      "sender); or the name of one of the [[rules]] of --config"));
  command.add_option("-c,--config", options.config,
                     "the server's configuration file: --rule can name its [[rules]], and remembered uses "
                     "its tls.memory");
  repeatable(command.add_option(
      "--rules", options.rule_files,
      "configuration file to try: what it requires, and each of its [[rules]] as if enforced (repeatable)"));
  command.add_option("--since", options.since,
                     "count messages from this time on: 30d (before now), 2026-11-01, 2026-11-01T12:00:00Z");
  command.add_option("--until", options.until, "count messages before this time");
  repeatable(command.add_option("--internal", options.internal,
                                "own network in CIDR notation; its mail is not counted (repeatable)"));
  repeatable(command.add_option(
      "--border", options.border,
      "for mailboxes: own mail host or domain whose Received fields are used (repeatable)"));
  command.add_option("--format", options.format,
                     "format of the inputs, if detection picks the wrong one: " + whatif::format_help());
  command
      .add_option("--retry-time", options.retry_time,
                  "a deferred message that is accepted within this time counts once")
      ->capture_default_str();
  repeatable(
      command.add_option("--by", options.by,
                         "show apart whose mail would be lost (repeatable): recipient, network or country"))
      ->check(CLI::IsMember({"recipient", "network", "country"}));
  command.add_option("--countries", options.countries,
                     "for --by country: a file with a line NETWORK,COUNTRY for each network");
  command.add_flag("--backtest", options.backtest,
                   "show what the answer would have been on earlier days, and what then came");
  command.add_flag("--json", options.json, "print JSON instead of text");
  command.add_option("--html", options.html, "write a report with charts to this file");
  command.add_option("--csv", options.csv, "write all senders that would lose mail to this file");
  auto* extract = command.add_option(
      "--extract", options.extract,
      "write what is told of arriving mail to this file (zstd) instead of answering: the extracts of many "
      "hosts can be read together");
  command
      .add_option("--extract-secret", options.extract_secret,
                  "a file whose content is the key with which addresses and names are hashed in the extract")
      ->needs(extract);
  command.add_flag("--explain", options.explain, "say what each source was taken for, and why");
  command.add_flag("--explain-skipped", options.explain_skipped,
                   "show the first lines of each source that were not understood");
}

}  // namespace postern::app
