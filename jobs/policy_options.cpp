#include "jobs/policy_options.hpp"

#include "jobs/option_builders.hpp"

// The accessor of one field, for the builders.
#define FIELD(path) ([](StudySpec & s) -> auto& { return s.path; })

namespace genloss::jobs {
using namespace builders;  // NOLINT: the table reads like a table

std::vector<Option> policy_options() {
  return {
      by_generation(registered_name({"policy", "name", "",
                                     "What the next model learns from (docs/policies.md). By generation: "
                                     "'0:replace,5:human_fraction' changes the policy at generation 5."},
                                    FIELD(policy.name)),
                    FIELD(policy.name), FIELD(policy.later_names)),
      by_generation(text({"policy", "terms", "",
                          "The mix in terms: SOURCE [QUOTA] [weight W] | ..., such as 'human train fresh 20 % | corpus "
                          "latest 80 %'."},
                         FIELD(policy.terms)),
                    FIELD(policy.terms), FIELD(policy.later_terms)),
      number_by_generation(number({"policy", "human_fraction", "share", "Share of human text in every mix."},
                                  FIELD(policy.human_fraction), 0, 1),
                           FIELD(policy.human_fraction), FIELD(policy.later_human_fractions)),
      choice<HumanDraw>({"policy", "human_draw", "",
                         "Human text of a mix: the same in every mix (kept), none that was in an earlier one until the "
                         "pool ends (fresh), all that was fresh so far (cumulative), a random choice of its own each "
                         "time (redrawn)."},
                        FIELD(policy.human_draw),
                        {{"kept", HumanDraw::kept},
                         {"fresh", HumanDraw::fresh},
                         {"cumulative", HumanDraw::cumulative},
                         {"redrawn", HumanDraw::redrawn}}),
      choice<TrainableSplit>({"policy", "human_pool", "", "The split that human text comes from."},
                             FIELD(policy.human_pool),
                             {{"held_out", TrainableSplit::held_out}, {"train", TrainableSplit::train}}),
      flag({"policy", "human_on_top", "",
            "Human text comes on top of the mix size (1.1 of it for a fraction of 0.1), not out of it."},
           FIELD(policy.human_on_top)),
      number({"policy", "human_added", "share", "Human text on top of every mix, as a share of the training text."},
             FIELD(policy.human_added), 0, unbounded),
      number_by_generation(
          number({"policy", "human_weight", "share", "Share of human text in the loss; 0: the golden-ratio weight."},
                 FIELD(policy.human_weight), 0, 1, Ends::open_high),
          FIELD(policy.human_weight), FIELD(policy.later_human_weights)),
      number_by_generation(number({"policy", "synthetic_ratio", "share",
                                   "Synthetic text that a generation adds, as a share of the human training text."},
                                  FIELD(policy.synthetic_ratio), 0, unbounded, Ends::open_low),
                           FIELD(policy.synthetic_ratio), FIELD(policy.later_synthetic_ratios)),
      integer({"policy", "last_models", "", "Corpora, the latest first, that synthetic text is drawn from."},
              FIELD(policy.last_models), 1, 1 << 20),
      number({"policy", "replaced_share", "share", "Share of the previous mix that the latest corpus replaces."},
             FIELD(policy.replaced_share), 0, 1, Ends::open_low),
      number({"policy", "model_share", "share", "Share of the latest corpus in the mix."}, FIELD(policy.model_share), 0,
             1),
      number({"policy", "previous_share", "share", "Share of the previous mix in the mix; what is left is human."},
             FIELD(policy.previous_share), 0, 1),
      list({"policy", "lineage_shares", "shares",
            "Shares of the mix: its own latest corpus, that of the next seed, ... Seeds stand in rings of so many."},
           FIELD(policy.lineage_shares)),
      flag({"policy", "leave_out_labelled", "", "Text from the web that says it is synthetic is not learned from."},
           FIELD(policy.leave_out_labelled)),
      text({"policy", "column", "",
            "The column that samples of the latest corpus are chosen by, such as surprise.mean ([columns], "
            "docs/policies.md)."},
           FIELD(policy.column)),
      by_generation(text({"policy", "select", "",
                          "How samples are chosen by policy.column, such as 'top 50 %'; nothing: as the policy does."},
                         FIELD(policy.select)),
                    FIELD(policy.select), FIELD(policy.later_selects)),
      number({"policy", "human_beside", "share", "Share of human text in a mix of chosen samples."},
             FIELD(policy.human_beside), 0, 1, Ends::open_high),
      integer({"policy", "slices", "", "Parts of the human training text, one of which each mix adds."},
              FIELD(policy.slices), 1, 1 << 20),
      count({"policy", "size", "tokens or samples", "Size of every mix after generation 0; 0: as the policy gives it."},
            FIELD(policy.size), 0),
      choice<Shortfall>({"policy", "shortfall", "",
                         "Where a source holds less than a mix wants: stop with an error, repeat units, shrink the "
                         "mix; each is told at its generation."},
                        FIELD(policy.shortfall),
                        {{"stop", Shortfall::stop}, {"repeat", Shortfall::repeat}, {"shrink", Shortfall::shrink}}),
  };
}

}  // namespace genloss::jobs
