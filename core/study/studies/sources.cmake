# SPDX-License-Identifier: GPL-3.0-or-later
# Many images by many networks: descriptions, tasks and their keys, the store, runs, shards and reports.
lamscope_library(lamscope_study_run
  HEADERS
    study/studies/packed_map.h
    study/studies/patch_rule.h
    study/studies/report_table.h
    study/studies/slurm_script.h
    study/studies/study_columns.h
    study/studies/study_command_line.h
    study/studies/study_description.h
    study/studies/study_merge.h
    study/studies/study_places.h
    study/studies/study_plan.h
    study/studies/study_records.h
    study/studies/study_report.h
    study/studies/study_run.h
    study/studies/study_scenes.h
    study/studies/study_status.h
    study/studies/study_store.h
    study/studies/study_tables.h
  SOURCES
    study/studies/packed_map.cpp
    study/studies/patch_rule.cpp
    study/studies/report_table.cpp
    study/studies/slurm_script.cpp
    study/studies/store_schema.cpp
    study/studies/study_columns.cpp
    study/studies/study_command_line.cpp
    study/studies/study_description.cpp
    study/studies/study_merge.cpp
    study/studies/study_places.cpp
    study/studies/study_plan.cpp
    study/studies/study_records.cpp
    study/studies/study_report.cpp
    study/studies/study_run.cpp
    study/studies/study_scenes.cpp
    study/studies/study_status.cpp
    study/studies/study_store.cpp
    study/studies/study_tables.cpp
    study/studies/task_maps.cpp
    study/studies/writer_lock.cpp
  PUBLIC lamscope_study
  PRIVATE lamscope_checkpoint SQLiteCpp SQLite::SQLite3 ZLIB::ZLIB nlohmann_json::nlohmann_json fmt::fmt)
