# Two stages: the first builds the wheel and installs it, the second only carries what was installed.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/newsd
ENV PATH=/opt/newsd/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock .
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY daemon daemon
COPY storage storage
COPY migrations migrations
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/dist . \
 && pip install --no-deps /tmp/dist/*.whl

FROM python:3.11-slim
LABEL org.opencontainers.image.title="newsd" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --home-dir /data newsd \
 && install -d -o newsd -g newsd /data
COPY --from=build /opt/newsd /opt/newsd
ENV PATH=/opt/newsd/bin:$PATH PYTHONUNBUFFERED=1 DATABASE_URL=sqlite:////data/newsd.db
USER newsd
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["newsd", "health"]
ENTRYPOINT ["newsd"]
CMD ["run"]
