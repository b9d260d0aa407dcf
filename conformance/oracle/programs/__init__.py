"""Random programs in the scenario language: see `record_programs.py`."""
