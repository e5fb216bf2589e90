"""The peer: a chain of seven Celery tasks that do nothing, on the same broker.

worker:  python3 -m celery -A celery_chain worker
client:  python3 celery_chain.py burst N | paced RATE SECONDS
Settings by environment: BROKER (amqp URI), RESULTS (result backend, empty for none), QUEUE, ENDS (file to which the last task appends id and time).
"""
import json
import os
import sys
import time
import uuid

from celery import Celery, chain

app = Celery("celery_chain", broker=os.environ["BROKER"], backend=os.environ.get("RESULTS") or None)
app.conf.update(
    task_acks_late=True,
    task_ignore_result=not os.environ.get("RESULTS"),
    task_default_queue=os.environ["QUEUE"],
    broker_transport_options={"confirm_publish": True},
    worker_prefetch_multiplier=4,
)


@app.task
def step(job):
    return job


@app.task
def last(job):
    with open(os.environ["ENDS"], "a") as ends:
        ends.write(f"{job} {time.time()}\n")
    return job


def submit():
    job = uuid.uuid4().hex
    begun = time.time()
    chain(step.s(job), step.s(), step.s(), step.s(), step.s(), step.s(), last.s()).apply_async()
    return job, begun


def wait(jobs):
    limit = time.time() + 300
    while time.time() < limit:
        with open(os.environ["ENDS"]) as lines:
            ends = {line.split()[0]: float(line.split()[1]) for line in lines if line.endswith("\n")}
        if all(job in ends for job in jobs):
            return ends
        time.sleep(0.05)
    sys.exit("not all chains ended within 300 s")


def main():
    open(os.environ["ENDS"], "w").close()
    if sys.argv[1] == "burst":
        jobs = dict(submit() for _ in range(int(sys.argv[2])))
    else:
        rate, seconds = float(sys.argv[2]), float(sys.argv[3])
        jobs, start = {}, time.time()
        for i in range(int(rate * seconds)):
            time.sleep(max(0, start + i / rate - time.time()))
            job, begun = submit()
            jobs[job] = begun
    ends = wait(jobs)
    latencies = sorted((ends[job] - begun) * 1000 for job, begun in jobs.items())
    print(json.dumps({
        "jobs": len(jobs),
        "seconds": max(ends[job] for job in jobs) - min(jobs.values()),
        "latencies_ms": latencies,
    }))


if __name__ == "__main__":
    main()
