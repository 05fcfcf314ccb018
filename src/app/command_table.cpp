#include "app/command_table.hpp"

#include <array>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/commands/whatif_options.hpp"
#include "whatif/readers/readers.hpp"

namespace postern::app {
namespace {

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
  command.add_option(
      "-c,--config", config,
      "configuration file of the server; default: $POSTERN_CONFIG, or /etc/postern/postern.toml");
}

void declare_serve(CLI::App& command, std::string& config) {
  command.add_option(
      "-c,--config", config,
      "configuration file; default: $POSTERN_CONFIG, or /etc/postern/postern.toml, or embedded "
      "defaults on unprivileged ports");
}

void declare_check(CLI::App& command, CheckOptions& options) {
  command.add_option("FILE,-c,--config", options.config,
                     "configuration file; default: $POSTERN_CONFIG, or /etc/postern/postern.toml");
  command.add_flag("--strict", options.strict, "exit with 1 if there are warnings");
}

void declare_config(CLI::App& command, bool& markdown) {
  command.add_flag("--markdown", markdown, "print the page docs/configuration.md");
}

void declare_facts(CLI::App& command, FactsOptions& options) {
  command.add_flag("--schema", options.schema, "print the page docs/facts.md");
  command.add_flag("--rules", options.rules, "print the page docs/rule-facts.md");
}

struct QueueWord {
  QueueAction action;
  char const* help;
};

constexpr std::array queue_words{
    QueueWord{QueueAction::destinations, "Show each destination: how many messages wait, and the last reply"},
    QueueWord{QueueAction::list, "List the messages that wait"},
    QueueWord{QueueAction::show, "Show one message"},
    QueueWord{QueueAction::retry, "Try delivery now: of one message, of those for a destination, or of all"},
    QueueWord{QueueAction::hold, "Hold a message: do not try to deliver it"},
    QueueWord{QueueAction::release, "Release a message that was held"},
    QueueWord{QueueAction::remove, "Delete a message without a bounce"},
    QueueWord{QueueAction::move, "Send by another route"},
    QueueWord{QueueAction::recover, "Show what can be read of damaged messages, and write it to files"}};

void declare_queue(CLI::App& command, QueueOptions& options) {
  declare_server(command, options.config);
  command.add_option("-d,--data-dir", options.data_dir,
                     "data directory of the server, instead of the configuration's");
  command.add_flag("--json", options.json, "print JSON");
  command.require_subcommand(0, 1);
  command.fallthrough();
  for (auto const& [action, help] : queue_words) {
    auto* word = command.add_subcommand(std::string(print(action)), help);
    bool const lists = action == QueueAction::destinations || action == QueueAction::list;
    bool const of_many =
        action != QueueAction::destinations && action != QueueAction::show && action != QueueAction::recover;
    if (!lists) word->add_option("ID", options.id, "queue id");
    if (of_many)
      word->add_option("--destination", options.destination,
                       "all messages for this destination, named as `postern queue` shows it");
    if (action == QueueAction::move)
      word->add_option(
          "--to", options.to,
          "the new route: mx, smtp:HOST:PORT, smtps:HOST:PORT, lmtp:ADDRESS:PORT, lmtp:unix:PATH, "
          "discard, or the name of one of the [routes]; without it, the configured route");
    if (action == QueueAction::recover)
      word->add_option("--to", options.to, "a directory: each message goes into a file there, ID.eml");
    word->callback([&options, chosen = action] { options.action = chosen; });
  }
}

void declare_probe(CLI::App& command, ProbeOptions& options) {
  command.add_option("DOMAIN", options.domain, "the domain whose mail hosts are checked")->required();
  command.add_option("-c,--config", options.config,
                     "configuration file: which name servers are asked and which authorities are trusted; "
                     "without any, built-in defaults");
  command.add_flag("--json", options.json, "print JSON");
}

struct DkimWord {
  DkimAction action;
  char const* word;
  char const* help;
};

constexpr std::array dkim_words{
    DkimWord{DkimAction::list, "list", "List the keys (default)"},
    DkimWord{DkimAction::make, "new", "Make the first keys of a domain, and print their DNS records"},
    DkimWord{DkimAction::rotate, "rotate", "Make the next keys of a domain, and print their DNS records"},
    DkimWord{DkimAction::use, "use", "Take the next keys of a domain into use now, whatever the DNS says"}};

void declare_dkim(CLI::App& command, DkimOptions& options) {
  declare_server(command, options.config);
  command.require_subcommand(0, 1);
  command.fallthrough();
  for (auto const& [action, word, help] : dkim_words) {
    auto* added = command.add_subcommand(word, help);
    auto* domain = added->add_option("DOMAIN", options.domain, "a domain of ours");
    if (action != DkimAction::list) domain->required();
    added->callback([&options, chosen = action] { options.action = chosen; });
  }
}

void declare_send(CLI::App& command, SendOptions& options) {
  command.add_option("RECIPIENT", options.recipients, "addresses of the recipients");
  command.add_option_function<std::string>(
      "-f,--from", [&options](std::string const& sender) { options.sender = sender; },
      "address of the sender; <> is the null sender. Default: the user who runs the command");
  command.add_option("-F,--full-name", options.full_name, "name for a missing From field");
  command.add_flag("-t,--read-recipients", options.reads_recipients, "send to To, Cc and Bcc, too");
  command.add_option("-c,--config", options.config,
                     "configuration file; default: $POSTERN_CONFIG, or /etc/postern/postern.toml");
  options.dot_ends = false;
}

void declare_tlsrpt(CLI::App& command, TlsrptOptions& options) {
  command.add_option("FILE", options.files, "JSON, gzip, zip, messages or an mbox; - is standard input");
  command.add_flag("--json", options.json, "print JSON");
  command.add_flag("--send", options.send,
                   "send our own reports about --day now, except those that have been sent");
  command.add_option("--day", options.day, "the day (UTC), such as 2026-11-24");
  declare_server(command, options.config);
}

void declare_rules(CLI::App& command, RulesOptions& options) {
  declare_server(command, options.config);
  command.add_flag("--json", options.json, "print JSON");
  command.add_flag_callback(
      "--no-prediction", [&options] { options.predict = false; },
      "do not replay the recorded facts to predict what enforcing would cost");
}

void declare_notices(CLI::App& command, NoticesOptions& options) {
  declare_server(command, options.config);
  command.add_option("--day", options.day, "the day (UTC), such as 2026-11-24")->required();
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
  auto* list = add_memory_word(command, options, MemoryAction::list, "list",
                               "List the entries of a kind, the last seen first");
  add_kind(list);
  list->add_flag("--downgraded", options.downgraded,
                 "only those that come without TLS now and came over TLS before");
  list->add_flag("--failing", options.failing, "only those whose handshakes fail, with the reason");
  for (auto* one : {add_memory_word(command, options, MemoryAction::show, "show", "Show one entry"),
                    add_memory_word(command, options, MemoryAction::forget, "forget", "Forget an entry")}) {
    one->add_option("NAME", options.name, "a domain, a network or an address")->required();
    add_kind(one);
  }
  auto* import = add_memory_word(command, options, MemoryAction::import_, "import",
                                 "Learn from logs, facts.db or an export");
  import
      ->add_option(
          "INPUT", options.inputs,
          "logs (also .gz .xz .zst), mailboxes, Maildirs, directories, facts.db, or what `postern memory "
          "export` has printed; - is standard input")
      ->required();
  import->add_option("--format", options.format,
                     "format of the inputs, if detection picks the wrong one: " + whatif::format_help());
  add_memory_word(command, options, MemoryAction::export_, "export", "Export all entries as JSON lines");
}

LoadTls load_tls(std::string const& word) {
  if (word == "none") return LoadTls::none;
  if (word == "full") return LoadTls::full;
  if (word == "resume") return LoadTls::resume;
  throw CLI::ValidationError("--tls", word + ": not one of none, full, resume");
}

void declare_load(CLI::App& command, LoadOptions& options) {
  command.add_option("TARGET", options.target, "address and port of an SMTP server of your own")->required();
  command.add_option("-n,--messages", options.messages, "messages in all")->capture_default_str();
  command.add_option("-k,--connections", options.connections, "connections at the same time")
      ->capture_default_str();
  command.add_option("-m,--per-connection", options.per_connection, "messages per connection")
      ->capture_default_str();
  command.add_option("-s,--size", options.size, "size of each message in bytes")->capture_default_str();
  command
      .add_option_function<std::string>(
          "--tls", [&options](std::string const& word) { options.tls = load_tls(word); },
          "without TLS (the default), with a full handshake for each connection, or resuming sessions")
      ->type_name("none|full|resume");
  command.add_flag_callback(
      "--no-pipelining", [&options] { options.pipelining = false; },
      "wait for each reply before the next command");
  command.add_option("--rate", options.rate, "messages per second; without it, as many as possible");
  command.add_option("--idle", options.idle,
                     "open this many connections and keep them idle until standard input ends");
  command.add_option("--from", options.sender, "address of the sender")->capture_default_str();
  command.add_option("--to", options.recipient, "address of the recipient")->capture_default_str();
  command.add_option("--threads", options.threads, "threads that send")->capture_default_str();
  command.add_flag("--json", options.json, "print JSON");
}

void declare_nothing(CLI::App&, NoOptions&) {}

}  // namespace

std::vector<Command> commands() {
  return {
      row("serve", "Run the server (default)", &declare_serve, &run_serve),
      row("queue", "Show and manage the queue", &declare_queue, &run_queue),
      row("check", "Check a configuration file for errors, and for what is legal but most likely wrong",
          &declare_check, &run_check),
      row("config", "Print every configuration key with its default", &declare_config, &run_config),
      row("facts", "Describe the tables of facts.db, and the facts for rules", &declare_facts, &run_facts),
      row("probe", "Check a domain's mail hosts from outside: TLS, certificates, DANE, MTA-STS, TLS reports",
          &declare_probe, &run_probe),
      row("dns", "Print the DNS records to publish for our domains", &declare_server, &run_dns),
      row("dkim", "Make, list and replace the keys that sign for our domains", &declare_dkim, &run_dkim),
      row("send", "Queue the message on standard input (sendmail-compatible when linked as sendmail)",
          &declare_send, &run_send),
      row("tlsrpt", "Show TLS reports that others have sent, or send our own", &declare_tlsrpt, &run_tlsrpt),
      row("rules",
          "Show what each of the [[rules]] has done or would have done, and what enforcing it would cost",
          &declare_rules, &run_rules),
      row("memory", "Show or edit the TLS memory", &declare_memory, &run_memory),
      row("notices", "Send the notices about mail that rules acted on during a day, now", &declare_notices,
          &run_notices),
      row("load", "Measure how fast a server accepts messages", &declare_load, &run_load),
      row("whatif",
          "Show how much mail stricter rules would have cost, from logs, mailboxes or recorded facts",
          &declare_whatif, &run_whatif),
      row("version", "Print the versions of Postern and of its libraries", &declare_nothing,
          [](NoOptions const&) { return run_version(); }),
  };
}

}  // namespace postern::app
