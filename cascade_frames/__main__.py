"""`python -m cascade_frames` is `cascade-frames`."""

from cascade_frames.cli import main

if __name__ == "__main__":
    main()
