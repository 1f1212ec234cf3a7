// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/collector.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "distance_text.hpp"
#include "kept_request.hpp"
#include "masking.hpp"

namespace banyan::strangler {
namespace {

/// What an entry of a map takes besides its texts, about.
constexpr std::size_t kEntry = 96;
/// Objects whose keys are counted, for each operation.
constexpr std::size_t kMostParents = 200;

std::size_t size_of(const ComparedExample& example) {
  std::size_t bytes =
      sizeof(ComparedExample) + example.request_line.size() + example.request_body.size() +
      example.old_body.size() + example.new_body.size() + example.old_value.size() +
      example.new_value.size() + example.distance.size() + example.correlation_id.size();
  for (const auto& [name, value] : example.request_fields) bytes += name.size() + value.size();
  bytes += example.hidden.target.size();
  for (const HiddenPart& each : example.hidden.parts) {
    bytes += sizeof each + each.name.size() + each.form.size();
  }
  for (const auto* names : {&example.hidden.fields, &example.hidden.may_be_said}) {
    for (const std::string& name : *names) bytes += sizeof name + name.size();
  }
  return bytes;
}

}  // namespace

ComparisonCollector::ComparisonCollector(CollectorRules rules, ComparisonPlan plan)
    : rules_(rules), plan_(std::move(plan)), credentials_(plan_.secret_fields) {}

PairFound ComparisonCollector::add(std::string_view operation_name, PairOf pair,
                                   const Comparison& comparison, const ComparedRequest& request,
                                   const Answer& old_answer, const Answer& other_answer,
                                   const OperationRules& rules, Timestamp now) {
  const std::lock_guard lock(mutex_);
  OperationState* const operation = operation_of(operation_name);
  if (operation == nullptr) {
    ++folded_operations_;
    return {!comparison.same(), of_folded_};
  }
  // As it was before this pair: what that changes, this one was not judged by.
  const std::shared_ptr<const void> by = operation->opinions;
  OperationReport& totals = operation->report;
  if (pair == PairOf::OldOld) {
    ++totals.own_pairs;
    totals.own_differing += comparison.same() ? 0 : 1;
  } else {
    ++totals.pairs;
    totals.same_bytes += comparison.same_bytes ? 1 : 0;
    totals.same += comparison.same() ? 1 : 0;
    totals.ignored += comparison.ignored > 0 ? 1 : 0;
    const unsigned status_class = old_answer.head.status / 100;
    if (status_class >= 1 && status_class <= totals.by_class.size()) {
      ++totals.by_class[status_class - 1];
    }
  }
  folded_fields_ += comparison.folded;
  bool differs = comparison.folded > 0;
  std::set<FieldState*> counted;
  for (const Difference& each : comparison.differences) {
    FieldState* const field = field_of(*operation, each, now);
    if (field == nullptr) {
      ++folded_fields_;
      differs = true;
      continue;
    }
    // Several keys that are one by now count once.
    const bool first = counted.insert(field).second;
    if (pair == PairOf::OldOld) {
      field->counts.old_old[each.apart] += first ? 1 : 0;
      // Until it is decided: what the old side does to itself is held against nobody.
      if (!field->report.declared && !field->proven) decide(*operation, *field, Opinion::Noise);
      continue;
    }
    field->counts.old_new[each.apart] += first ? 1 : 0;
    ++field->report.kinds[static_cast<std::size_t>(each.kind)];
    field->report.last = now;
    field->report.note = each.note;
    keep_example(*field, each, request, old_answer, other_answer, rules, now);
    differs = differs || field->report.declared || field->report.opinion != Opinion::Noise;
  }
  if (pair == PairOf::OldNew && !comparison.same()) {
    ++(differs ? totals.differing : totals.noise);
  }
  if (totals.pairs + totals.own_pairs >= operation->next_look) look(*operation);
  return {differs && pair == PairOf::OldNew, by};
}

/// What differed in that field only was held against the new side by mistake: nobody goes by what
/// was found before, and what differs in something else will show that soon enough.
void ComparisonCollector::decide(OperationState& operation, FieldState& field, Opinion opinion) {
  const bool clears = opinion == Opinion::Noise && field.report.opinion != Opinion::Noise &&
                      field.counts.old_new_differing() > 0;
  field.report.opinion = opinion;
  if (clears) operation.opinions = std::make_shared<char>();
}

ComparisonCollector::OperationState* ComparisonCollector::operation_of(std::string_view name) {
  if (const auto found = operations_.find(name); found != operations_.end()) return &found->second;
  if (operations_.size() >= rules_.operations) return nullptr;
  OperationState& fresh = operations_[std::string(name)];
  fresh.report.operation = name;
  return &fresh;
}

/// A field that has been seen to differ between old and old only is one as well: its noise counts.
ComparisonCollector::FieldState* ComparisonCollector::field_of(OperationState& operation,
                                                               const Difference& difference,
                                                               Timestamp now) {
  const std::string path = collapsed(operation, difference.path);
  if (const auto found = operation.fields.find(path); found != operation.fields.end()) {
    return &found->second;
  }
  if (fields_ >= rules_.fields) return nullptr;
  ++fields_;
  FieldState& fresh = operation.fields[path];
  fresh.report.operation = operation.report.operation;
  fresh.report.path = path;
  fresh.report.declared = difference.declared;
  fresh.report.first = fresh.report.last = now;
  fresh.report.opinion = first_opinion(operation, fresh);
  return &fresh;
}

Opinion ComparisonCollector::first_opinion(const OperationState& operation,
                                           const FieldState& field) {
  const bool measured = operation.report.own_pairs > 0;
  return field.report.declared || !measured ? Opinion::Difference : Opinion::Suspect;
}

/// Keys of an object that are too many to be names are data, whatever they look like.
std::string ComparisonCollector::collapsed(OperationState& operation, std::string_view path) const {
  std::string result;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::string_view step = path.substr(0, path.find('/'));
    path.remove_prefix(step.size());
    bool data = step == "*";
    if (!data) {
      auto known = operation.siblings.find(result);
      if (known == operation.siblings.end() && operation.siblings.size() < kMostParents) {
        known = operation.siblings.try_emplace(result).first;
      }
      data = known == operation.siblings.end();
      if (!data && !known->second.contains(step)) {
        data = known->second.size() >= rules_.siblings;
        if (!data) known->second.emplace(step);
      }
    }
    result += '/';
    result += data ? std::string_view("*") : step;
  }
  return result + std::string(path);
}

void ComparisonCollector::look(OperationState& operation) const {
  operation.next_look *= 2;
  const double k = ++operation.looks;
  std::size_t noisy = 0;
  for (const auto& [path, field] : operation.fields) {
    noisy += !field.report.declared && field.counts.old_old_differing() > 0 ? 1 : 0;
  }
  const double rate =
      rules_.error_rate / (k * (k + 1)) / static_cast<double>(std::max<std::size_t>(noisy, 1));
  for (auto& [path, field] : operation.fields) {
    // What was proven once stays so: the error rate is promised for that.
    if (field.report.declared || field.proven) continue;
    FieldCounts counts = field.counts;
    counts.old_new_pairs = operation.report.pairs;
    counts.old_old_pairs = operation.report.own_pairs;
    const NoiseOpinion opinion = judge(counts, rate);
    field.proven = opinion.opinion == Opinion::Difference && counts.old_old_pairs > 0;
    decide(operation, field, opinion.opinion);
    field.report.confidence = opinion.confidence;
  }
}

void ComparisonCollector::keep_example(FieldState& field, const Difference& difference,
                                       const ComparedRequest& request, const Answer& old_answer,
                                       const Answer& new_answer, const OperationRules& rules,
                                       Timestamp now) {
  if (field.report.examples.size() >= rules_.examples) return;
  ComparedExample example;
  example.time = now;
  example.correlation_id = request.correlation_id;
  const KeepingRules by = keeping();
  keep_request(example, request, rules, by);
  bool cut = false;
  example.old_status = old_answer.head.status;
  example.old_body = shown_body(old_answer.body, rules, by, cut);
  example.new_status = new_answer.head.status;
  example.new_body = shown_body(new_answer.body, rules, by, cut);
  const bool open = rules_.clear || difference.open;
  example.old_value = open ? difference.old_value : mask_value(difference, difference.old_value);
  example.new_value = open ? difference.new_value : mask_value(difference, difference.new_value);
  if (!open) example.distance = distance_text(difference);
  const std::size_t bytes = size_of(example);
  if (example_bytes_ + bytes > rules_.bytes) {
    ++dropped_examples_;
    return;
  }
  example_bytes_ += bytes;
  example.number = ++examples_;
  field.report.examples.push_back(std::move(example));
}

std::optional<KeptExample> ComparisonCollector::example(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, operation] : operations_) {
    for (const auto& [path, field] : operation.fields) {
      for (const ComparedExample& each : field.report.examples) {
        if (each.number == number) return KeptExample{name, each};
      }
    }
  }
  return std::nullopt;
}

KeepingRules ComparisonCollector::keeping() const {
  return {.clear = rules_.clear,
          .body_bytes = rules_.body_bytes,
          .plan = plan_,
          .credentials = credentials_};
}

Result<http::Request> ComparisonCollector::request_again(const AskedAgain& asked,
                                                         const ComparedExample& example,
                                                         const OperationRules& rules) const {
  return whole_request(asked, example, rules, keeping());
}

std::vector<OperationReport> ComparisonCollector::operations() const {
  const std::lock_guard lock(mutex_);
  std::vector<OperationReport> all;
  for (const auto& [name, operation] : operations_) all.push_back(operation.report);
  return all;
}

ComparisonReport ComparisonCollector::report() const {
  const std::lock_guard lock(mutex_);
  ComparisonReport report;
  report.masked = !rules_.clear;
  report.folded_operations = folded_operations_;
  report.folded_fields = folded_fields_;
  report.dropped_examples = dropped_examples_;
  report.bytes = example_bytes_;
  for (const auto& [name, operation] : operations_) {
    report.operations.push_back(operation.report);
    report.bytes += kEntry + sizeof(OperationState) + 2 * name.size();
    for (const auto& [parent, keys] : operation.siblings) {
      report.bytes += kEntry + parent.size() + keys.size() * kEntry;
    }
    for (const auto& [path, field] : operation.fields) {
      report.bytes += kEntry + sizeof(FieldState) + 3 * path.size();
      FieldReport each = field.report;
      each.old_new = field.counts.old_new_differing();
      each.old_old = field.counts.old_old_differing();
      each.old_new_pairs = operation.report.pairs;
      each.old_old_pairs = operation.report.own_pairs;
      report.fields.push_back(std::move(each));
    }
  }
  return report;
}

}  // namespace banyan::strangler
