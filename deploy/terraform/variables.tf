variable "project" {
  description = "The Google Cloud project's id; one project for each environment."
  type        = string
}

variable "billing_account" {
  description = "The billing account's id (XXXXXX-XXXXXX-XXXXXX), for the budget."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "Three groups of six hexadecimal digits, as gcloud billing accounts list shows them."
  }
}

variable "budget" {
  description = "What a month may cost before mails say so, in whole units of the billing account's currency (docs/costs.md)."
  type        = number

  validation {
    condition     = var.budget > 0 && floor(var.budget) == var.budget
    error_message = "A whole number above zero."
  }
}

variable "operator_email" {
  description = "Where alerts go."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+$", var.operator_email))
    error_message = "An address of mail."
  }
}

variable "runbook_url" {
  description = "Where docs/runbook.md is read, for the alerts' links."
  type        = string

  validation {
    condition     = startswith(var.runbook_url, "https://")
    error_message = "An https address."
  }
}

variable "github_repository" {
  description = "OWNER/NAME of the repository whose workflow on main may release."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "OWNER/NAME."
  }
}

variable "image" {
  description = "The image the processes are first made with, in the repository that images.tf makes. Releases change it later."
  type        = string

  validation {
    condition     = can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9._-]+)$", var.image)) && !endswith(var.image, ":latest")
    error_message = "An image with its digest, or with a tag that says which it is."
  }
}

variable "region" {
  description = "Where everything runs: near the learners, and where Chirp is."
  type        = string
  default     = "asia-northeast1"
}

variable "public_url" {
  description = "The host as LINE's clients see it, where it is a domain of your own (it must be led to the service). Null: Cloud Run's own address of the service."
  type        = string
  default     = null

  validation {
    condition     = var.public_url == null || can(regex("^https://[a-z0-9.-]+$", var.public_url))
    error_message = "https:// and a host, without a slash at the end."
  }
}

variable "secret_versions" {
  description = "For each secret that is used, by its variable, the number of its version. Put the value in first: gcloud secrets versions add moment-link-secrets --data-file=-"
  type        = map(number)

  validation {
    condition     = alltrue([for name in ["MOMENT_LINK_SECRETS", "MOMENT_LINE_CHANNELS"] : contains(keys(var.secret_versions), name)])
    error_message = "Production does not start without MOMENT_LINK_SECRETS and MOMENT_LINE_CHANNELS."
  }

  validation {
    condition     = alltrue([for name in keys(var.secret_versions) : contains(keys(local.secret_readers), name) && name != "DATABASE_URL"])
    error_message = "A name that is no secret of Moment's (secrets.tf); DATABASE_URL is made here."
  }

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : version >= 1 && floor(version) == version])
    error_message = "Versions are numbered from 1."
  }
}

variable "settings" {
  description = "Further settings that are no secrets, by their variables: MOMENT_LIFF_ID, MOMENT_STRIPE_PRICE, MOMENT_SELLER (JSON) …"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : startswith(name, "MOMENT_") && !contains(keys(local.secret_readers), name)])
    error_message = "Variables of Moment's alone, and no secrets: those go into secret_versions."
  }
}

variable "web_instances_most" {
  description = "How many web processes there may be; one is always there. A process holds twenty calls while cooking, and pages beside them."
  type        = number
  default     = 4

  validation {
    condition     = var.web_instances_most >= 1
    error_message = "At least one."
  }
}

variable "worker_pools" {
  description = "For each queue: CPUs and memory of an instance, how many instances, and whether its own metrics are collected, for a CPU more an instance. Rows tell all that is promised, by the reconciler; the counter of payments' incidents is the worker's."
  type = map(object({
    cpu       = string
    memory    = string
    instances = number
    metrics   = bool
  }))
  default = {
    conversation = { cpu = "1", memory = "1Gi", instances = 1, metrics = true }
    answers      = { cpu = "1", memory = "1Gi", instances = 1, metrics = false }
    media        = { cpu = "1", memory = "2Gi", instances = 1, metrics = false }
    preparation  = { cpu = "2", memory = "4Gi", instances = 1, metrics = false }
    models       = { cpu = "1", memory = "2Gi", instances = 1, metrics = true }
    video        = { cpu = "2", memory = "4Gi", instances = 1, metrics = false }
  }

  validation {
    condition     = sort(keys(var.worker_pools)) == sort(["conversation", "answers", "media", "preparation", "models", "video"])
    error_message = "One for each queue: what waits in a queue without a worker waits for ever."
  }

  validation {
    condition     = alltrue([for pool in values(var.worker_pools) : contains(["1", "2", "4", "6", "8"], pool.cpu)])
    error_message = "Worker pools have 1, 2, 4, 6 or 8 CPUs."
  }

  validation {
    condition = alltrue([
      for pool in values(var.worker_pools) :
      can(regex("^[0-9]+Gi$", pool.memory)) && tonumber(trimsuffix(pool.memory, "Gi")) >= lookup({ "4" = 2, "6" = 4, "8" = 4 }, pool.cpu, 1) && tonumber(trimsuffix(pool.memory, "Gi")) <= 4 * tonumber(pool.cpu)
    ])
    error_message = "Memory in whole Gi: at most 4Gi a CPU; with 4 CPUs at least 2Gi, with 6 or 8 at least 4Gi."
  }

  validation {
    condition     = alltrue([for pool in values(var.worker_pools) : pool.instances >= 1])
    error_message = "At least one instance of each."
  }
}

variable "database_instance" {
  description = "The instance's name: another one once a clone has taken its place (docs/runbook.md, Backup and restore)."
  type        = string
  default     = "moment"
}

variable "database_version" {
  description = "Postgres 18, or 17 where 18 is not offered yet."
  type        = string
  default     = "POSTGRES_18"

  validation {
    condition     = contains(["POSTGRES_17", "POSTGRES_18"], var.database_version)
    error_message = "POSTGRES_17 or POSTGRES_18."
  }
}

variable "database_tier" {
  description = "The database's machine: db-custom-CPUS-MEGABYTES."
  type        = string
  default     = "db-custom-2-7680"

  validation {
    condition     = can(regex("^db-custom-[0-9]+-[0-9]+$", var.database_tier))
    error_message = "A machine with CPUs of its own; the shared ones are under no promise."
  }
}

variable "database_availability" {
  description = "REGIONAL keeps a second machine in another zone, for twice the price; ZONAL waits for its zone."
  type        = string
  default     = "REGIONAL"

  validation {
    condition     = contains(["REGIONAL", "ZONAL"], var.database_availability)
    error_message = "REGIONAL or ZONAL."
  }
}

variable "database_connections" {
  description = "How many connections the database allows; each takes some ten megabytes of it at most."
  type        = number
  default     = 400
}

variable "database_pool" {
  description = "How many connections a process opens at most (MOMENT_DATABASE_POOL)."
  type        = number
  default     = 10

  validation {
    condition     = var.database_pool >= 2
    error_message = "A process needs two."
  }
}

variable "database_password_version" {
  description = "One higher makes a new password: user, secret and all processes change in that run, and a process that opens a connection meanwhile tries again."
  type        = number
  default     = 1
}

variable "broker_node_type" {
  description = "Memorystore's machine. The smallest, under no promise of Google's, is enough: what it loses the reconciler brings back."
  type        = string
  default     = "SHARED_CORE_NANO"
}

variable "broker_zone" {
  description = "The zone of the broker's one node."
  type        = string
  default     = "asia-northeast1-b"

  validation {
    condition     = startswith(var.broker_zone, "${var.region}-")
    error_message = "A zone of the region."
  }
}
