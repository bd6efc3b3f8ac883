# Every step is one of deploy/build.sh, which the Makefile and CI run too. docs/deployment.md says how to run the image.
FROM node:22-bookworm-slim AS browser
WORKDIR /dataxchange
COPY package.json package-lock.json ./
COPY deploy/ deploy/
RUN deploy/build.sh browser

FROM python:3.12-slim-bookworm AS service
WORKDIR /dataxchange
COPY requirements.txt requirements-gpu.txt requirements-cuxfilter.txt pyproject.toml cli.py ./
COPY deploy/ deploy/
RUN deploy/build.sh python
COPY . .
RUN deploy/build.sh kernels
COPY --from=browser /dataxchange/assets/vendor/ assets/vendor/
COPY --from=browser /dataxchange/node_modules/vega-datasets/data/flights-3m.parquet /dataxchange/node_modules/vega-datasets/data/airports.csv node_modules/vega-datasets/data/

FROM service AS gpu-service
RUN deploy/build.sh python-gpu python-cuxfilter

FROM python:3.12-slim-bookworm AS runtime
WORKDIR /dataxchange
RUN useradd --uid 10001 --create-home dataxchange && install -d -o dataxchange -m 0700 /data
ENV DATAXCHANGE_DATA=/data DATAXCHANGE_HOST=0.0.0.0 HOME=/home/dataxchange PATH=/dataxchange/.venv/bin:$PATH
VOLUME /data
EXPOSE 8050
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8050)}/health', timeout=4)"]
CMD ["python", "app.py"]

# docker build --target gpu: the same with CuPy, and RAPIDS with cuxfilter in its own environment, to run with --gpus
FROM runtime AS gpu
COPY --from=gpu-service /dataxchange/ /dataxchange/
RUN chown -R dataxchange gpu/cpu/__pycache__
ENV DATAXCHANGE_CUXFILTER_PYTHON=/dataxchange/.venv-cuxfilter/bin/python CUPY_CACHE_DIR=/data/cache/cupy NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER dataxchange

FROM runtime
COPY --from=service /dataxchange/ /dataxchange/
RUN chown -R dataxchange gpu/cpu/__pycache__
USER dataxchange
