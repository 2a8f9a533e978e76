"""Knowledge graph and semantic model of the iHub4Schools mentoring framework."""
