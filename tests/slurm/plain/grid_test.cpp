#include "orchestrator/submit/grid.hpp"

#include <gtest/gtest.h>

#include "jobs/error.hpp"
#include "orchestrator/submit/submission.hpp"

namespace genloss::orchestrator {

TEST(grid, is_every_combination_once_the_last_axis_fastest) {
  const std::vector<Axis> axes{parse_axis("a.x=1,2"), parse_axis("b.y=p,q,r")};
  const auto points = grid(axes);
  ASSERT_EQ(points.size(), 6u);
  EXPECT_EQ(point_text(axes, points[0]), "a.x=1 b.y=p");
  EXPECT_EQ(point_text(axes, points[1]), "a.x=1 b.y=q");
  EXPECT_EQ(point_text(axes, points[5]), "a.x=2 b.y=r");
  EXPECT_EQ(overrides(axes, points[5]), (std::vector<std::string>{"--a.x=2", "--b.y=r"}));
  EXPECT_EQ(grid({}).size(), 1u) << "no axis: the study itself";
}

TEST(grid, takes_commas_inside_a_value) {
  const Axis axis = parse_axis("data.test=one\\,two,three");
  EXPECT_EQ(axis.values, (std::vector<std::string>{"one,two", "three"}));
}

TEST(grid, refuses_what_is_no_axis) {
  for (const char* text : {"", "a", "a=1", "a.b", ".b=1", "a.=1", "a.b=", "a.b=1,,2", "a.b=1,1"}) {
    EXPECT_THROW((void)parse_axis(text), Error) << text;
  }
  EXPECT_THROW((void)grid({parse_axis("a.b=1"), parse_axis("a.b=2")}), Error);
}

TEST(grid, refuses_more_points_than_an_array_should_have) {
  Axis wide{"a.b", {}};
  for (int i = 0; i < 200; ++i) wide.values.push_back(std::to_string(i));
  Axis other = wide;
  other.option = "a.c";
  EXPECT_THROW((void)grid({wide, other}), Error);
}

TEST(chain_links, are_as_many_attempts_as_the_study_needs) {
  using std::chrono::hours;
  EXPECT_EQ(chain_links(std::nullopt, 30.0, hours(4)), 8);
  EXPECT_EQ(chain_links(std::nullopt, 3.0, hours(4)), 1);
  EXPECT_EQ(chain_links(std::nullopt, std::nullopt, hours(4)), 1) << "nothing is known";
  EXPECT_EQ(chain_links(2, 30.0, hours(4)), 2) << "asked for";
  EXPECT_EQ(chain_links(std::nullopt, 30.0, std::chrono::seconds(0)), 1) << "no wall time";
}

TEST(expected_hours, come_from_generations_that_one_start_went_through) {
  const auto line = [](int generation, const char* state, const char* time) {
    return nlohmann::json{{"generation", generation}, {"state", state}, {"time", time}};
  };
  const nlohmann::json started{{"event", "started"}};
  EXPECT_FALSE(expected_hours({started, line(0, "PLANNED", "2026-11-23T10:00:00Z")}, 5).has_value());
  const std::vector<nlohmann::json> journal{started,
                                            line(0, "PLANNED", "2026-11-23T10:00:00Z"),
                                            line(0, "SCORED", "2026-11-23T12:00:00Z"),
                                            line(1, "PLANNED", "2026-11-23T12:00:00Z"),
                                            started,  // interrupted: a night lies in between
                                            line(1, "SCORED", "2026-11-24T12:00:00Z")};
  EXPECT_EQ(expected_hours(journal, 5), 6.0) << "3 generations are missing, 2 h each";
}

}  // namespace genloss::orchestrator
