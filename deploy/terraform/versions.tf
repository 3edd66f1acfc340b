terraform {
  # Write-only arguments keep the database's password out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }

  # terraform init -backend-config=bucket=NAME: the bucket is made by hand, once.
  backend "gcs" {
    prefix = "moment"
  }
}

provider "google" {
  project = var.project
  region  = var.region

  # Budgets are asked for in the name of a project.
  billing_project       = var.project
  user_project_override = true
}
