# The image of all three processes: web (the default command), worker and beat.

FROM python:3.12-slim-bookworm AS packages
COPY requirements.txt /
RUN python3 -m venv /opt/packages \
    && /opt/packages/bin/pip install --no-cache-dir --disable-pip-version-check \
        --only-binary=:all: -r /requirements.txt \
    && /opt/packages/bin/pip uninstall --quiet --yes pip

# Backups need pg_dump of the server's version, and Debian has an older one: so it is the server's
# own, with the libraries it asks for beside it. Name the image that docker-compose.yml names.
FROM postgres:17-bookworm AS postgres
WORKDIR /opt/postgres
RUN mkdir bin programs libraries \
    && cp /usr/lib/postgresql/*/bin/pg_dump /usr/lib/postgresql/*/bin/pg_restore programs/ \
    && ldd programs/* | awk '$3 ~ "^/" && $1 !~ /^lib(c|m|resolv)\.so/ {print $3}' \
        | sort -u | xargs cp -L -t libraries \
    && for name in pg_dump pg_restore; do \
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s/libraries exec %s/programs/%s "$@"\n' \
            "$PWD" "$PWD" "$name" > "bin/$name" && chmod 0755 "bin/$name" || exit 1; \
    done

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin card-desk \
    && install -d -m 0700 -o card-desk -g card-desk /data /data/vault /backups
COPY --from=packages /opt/packages /opt/packages
COPY --from=postgres /opt/postgres /opt/postgres
WORKDIR /app
COPY manage.py ./
COPY cards cards
COPY extraction extraction
COPY review review
COPY backoffice backoffice
ENV PATH=/opt/packages/bin:/opt/postgres/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/static
RUN pg_dump --version && pg_restore --version \
    && python -m compileall -q cards extraction review backoffice \
    && DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity=0 \
    && rm -rf /tmp/build \
    # `prepare` looks after static files at every start, as this user.
    && chown -R card-desk:card-desk /app/static
USER card-desk
EXPOSE 8000
STOPSIGNAL SIGTERM
# 75: the database does not answer. What was published is read meanwhile; with the first answer this
# server ends, and is started again to prepare.
CMD ["sh", "-c", "site=backoffice.wsgi; \
    python manage.py prepare || { [ $? -eq 75 ] && site=backoffice.unprepared; } || exit 1; \
    exec gunicorn $site \
    --bind=0.0.0.0:8000 --workers=${WEB_PROCESSES:-2} --worker-class=gthread --threads=4 \
    --timeout=120 --worker-tmp-dir=/dev/shm --no-control-socket --log-level=warning"]
