#include "web/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <vector>

namespace postern::web {
namespace {

prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type,
                                double value) {
  prometheus::ClientMetric metric;
  if (type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return {std::move(name), std::move(help), type, {std::move(metric)}};
}

prometheus::MetricFamily gauge(std::string name, std::string help, std::uint64_t value) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Gauge, static_cast<double>(value));
}

}  // namespace

std::string print_metrics(Counters const& counters, store::SpoolSummary const& spool) {
  std::vector<prometheus::MetricFamily> families;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Count::last_); ++i) {
    auto const count = static_cast<Count>(i);
    auto const [name, help] = name_of(count);
    families.push_back(family(std::string(name), std::string(help), prometheus::MetricType::Counter,
                              static_cast<double>(counters.get(count))));
  }
  families.push_back(gauge("postern_connections_open", "Connections open now.",
                           static_cast<std::uint64_t>(counters.open_connections.load())));
  if (auto const expiry = counters.certificate_expiry.load(); expiry > 0)
    families.push_back(gauge("postern_certificate_expiry_seconds",
                             "When the first of the configured certificates ends, in seconds since 1970.",
                             static_cast<std::uint64_t>(expiry)));
  families.push_back(gauge("postern_queue_messages", "Messages in the queue.", spool.messages));
  families.push_back(
      gauge("postern_spool_live_bytes", "Bytes in the spool that are still needed.", spool.bytes_live));
  families.push_back(
      gauge("postern_spool_disk_bytes", "Bytes the spool takes on disk.", spool.bytes_on_disk));
  families.push_back(gauge("postern_spool_segments", "Segment files of the spool.", spool.segments));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace postern::web
