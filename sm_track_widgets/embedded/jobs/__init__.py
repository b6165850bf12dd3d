"""Training jobs that really run: scripts as processes of this machine, from the requests that the SDK sends.

``operations.py`` answers, ``refusals.py`` says at once what cannot run here, ``record.py`` keeps what Describe tells,
``supervision.py`` starts runners and notices dead ones, ``runner.py`` is the process that runs one job.
"""
