#include "orchestrator/show/sample_page.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "storage/corpus/corpus_reader.hpp"
#include "storage/files/durable.hpp"
#include "workers/measures/text/repetition.hpp"

namespace genloss::orchestrator::show {
namespace {

/// What is known of a sample, a fact a paragraph.
std::vector<std::string> facts_of(const ShownSample& s) {
  std::string drawn = "log-probability " + fixed_text(s.log_probability, 2) + " nats";
  if (s.drawn_tokens > 0)
    drawn += " (" + fixed_text(s.log_probability / static_cast<double>(s.drawn_tokens), 2) + " a token)";
  drawn += "; " + std::to_string(s.drawn_tokens) + " tokens, " + (s.ended ? "ended by itself" : "cut at the limit");
  std::vector<std::string> facts{drawn};
  if (!s.measure.empty()) facts.push_back(s.measure + ": " + (s.value ? significant_text(*s.value, 4) : "unknown"));
  if (!s.columns.empty()) {
    std::string columns;
    for (const auto& [address, value] : s.columns) {
      columns += (columns.empty() ? "" : ", ") + address + " " + significant_text(value, 4);
    }
    facts.push_back(columns);
  }
  if (s.prompt_tokens > 0) {
    facts.push_back("prompt: " + std::to_string(s.prompt_tokens) + " tokens of human text");
    if (s.source) facts.back() += ", " + s.source->file + ", byte " + std::to_string(s.source->byte);
  }
  return facts;
}

}  // namespace

ShownSample shown(const ShownRun& run, int generation, DrawnSamples& samples, std::uint64_t id) {
  const StoredSample stored = samples.read(id);
  const auto tokens = run.reading->tokens(stored.values, stored.type);
  const auto prompt = std::span(tokens).first(std::min(stored.prompt, tokens.size()));
  const auto column = [&](const char* name) {
    const auto found = stored.columns.find(name);
    return found == stored.columns.end() ? 0.0 : found->second;
  };
  ShownSample sample;
  sample.run = run.name();
  sample.arm = run.title;
  sample.generation = generation;
  sample.id = id;
  sample.text = run.reading->text(tokens);
  sample.prompt_bytes = run.reading->text(prompt).size();
  sample.prompt_tokens = prompt.size();
  sample.drawn_tokens = tokens.size() - prompt.size();
  sample.log_probability = column("log_probability");
  sample.ended = column("stop_reason") != 0;
  return sample;
}

void add_sources(const ShownRun& run, DrawnSamples& drawn, std::vector<ShownSample>& samples) {
  nlohmann::json documents;
  for (ShownSample& sample : samples) {
    const StoredSample stored = drawn.read(sample.id);
    const auto document = stored.columns.find("prompt_document"), offset = stored.columns.find("prompt_offset");
    if (stored.prompt == 0 || document == stored.columns.end() || offset == stored.columns.end()) return;
    if (documents.empty()) {
      documents = storage::read_json(run.paths.human(), human_schema, human_version).at("documents");
    }
    const auto index = static_cast<std::size_t>(std::max(0.0, document->second));
    if (index >= documents.size()) continue;
    sample.source =
        Source{documents[index].at("file").get<std::string>(),
               documents[index].at("offset").get<std::uint64_t>() + static_cast<std::uint64_t>(offset->second)};
  }
}

void add_columns(const ShownRun& run, int generation, std::vector<ShownSample>& samples) {
  const auto cache = std::make_shared<storage::ShardCache>();
  for (const jobs::ColumnOrder& column : run.spec.columns) {
    const auto folder = run.paths.generation(generation).columns(column.name);
    if (!std::filesystem::exists(folder / "manifest.json")) continue;  // not made yet, or dropped
    const storage::CorpusReader reader(folder, cache);
    const auto& values = reader.manifest().format.columns;
    for (ShownSample& sample : samples) {
      if (sample.id >= reader.samples()) continue;
      const storage::ShardRecord record = reader.shard_of(sample.id).record;
      reader.use(record, [&](const storage::ShardReader& shard) {
        for (const auto& [value, type] : values) {
          const std::string address = values.size() == 1 ? column.name : column.name + "." + value;
          sample.columns.emplace_back(address, shard.column(value)[sample.id - record.first_sample]);
        }
      });
    }
  }
}

std::vector<MarkedSpan> marks_in(const std::string& text, std::size_t prompt_bytes) {
  std::vector<MarkedSpan> marks;
  if (prompt_bytes > 0) marks.push_back({0, prompt_bytes, Mark::prompt});
  for (const auto& span : workers::repeated_spans(text)) {
    const std::size_t begin = std::max(span.begin, prompt_bytes);
    if (begin < span.end) marks.push_back({begin, span.end, Mark::repeat});
  }
  return marks;
}

std::string page_of(const ShownSample& sample, const Page& page) {
  std::string text;
  const auto add = [&](std::string_view margin, std::string_view paragraph, const std::vector<MarkedSpan>& marks) {
    for (const auto& line : wrapped(paragraph, marks, {page.columns - margin.size(), page.styled})) {
      text += std::string(margin) + line + "\n";
    }
  };
  add("", sample.run + ", generation " + std::to_string(sample.generation) + ", sample " + std::to_string(sample.id),
      {});
  for (const std::string& fact : facts_of(sample)) add("  ", fact, {});
  add("  ", sample.text, marks_in(sample.text, sample.prompt_bytes));
  return text;
}

nlohmann::ordered_json json_of(const ShownSample& s) {
  nlohmann::ordered_json json = {{"run", s.run},
                                 {"arm", s.arm},
                                 {"generation", s.generation},
                                 {"sample", s.id},
                                 {"prompt", as_utf8(std::string_view(s.text).substr(0, s.prompt_bytes))},
                                 {"text", as_utf8(std::string_view(s.text).substr(s.prompt_bytes))},
                                 {"prompt_tokens", s.prompt_tokens},
                                 {"drawn_tokens", s.drawn_tokens},
                                 {"log_probability", s.log_probability},
                                 {"stop_reason", s.ended ? "end_of_document" : "length"}};
  for (const auto& [address, value] : s.columns) json["columns"][address] = value;
  if (s.source) json["source"] = {{"file", s.source->file}, {"byte", s.source->byte}};
  auto& repeated = json["repeated"] = nlohmann::ordered_json::array();
  for (const MarkedSpan& mark : marks_in(s.text, s.prompt_bytes)) {
    if (mark.mark == Mark::repeat) {
      repeated.push_back(as_utf8(std::string_view(s.text).substr(mark.begin, mark.end - mark.begin)));
    }
  }
  if (!s.measure.empty()) {
    json["measure"] = s.measure;
    if (s.value) json["value"] = *s.value;
  }
  return json;
}

}  // namespace genloss::orchestrator::show
